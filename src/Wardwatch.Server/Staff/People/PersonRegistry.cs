using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using NpgsqlTypes;
using Wardwatch.Server.Access.Contracts;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Staff.Factors;
using Wardwatch.Server.Staff.Passwords;

namespace Wardwatch.Server.Staff.People;

/// <summary>What an administrator says of a person.</summary>
internal sealed record PersonData(string Name, string Role, IReadOnlyList<string> Wards, IReadOnlyList<string> Patients, bool Disabled);

/// <summary>How a change ended.</summary>
internal enum PersonOutcome
{
    /// <summary>Done.</summary>
    Done,

    /// <summary>There is no such person in this hospital.</summary>
    NotFound,

    /// <summary>The name to sign in with is taken.</summary>
    UserExists,

    /// <summary>Somebody changed it in between.</summary>
    ChangedMeanwhile,

    /// <summary>Nobody could look after the hospital any more.</summary>
    LastAdministrator,

    /// <summary>A ward or a patient that is named is not there.</summary>
    UnknownPlace,

    /// <summary>Too many passwords are being hashed.</summary>
    Busy,
}

/// <summary>
/// Looks after the accounts of the caller's hospital. Every change is on record in its own transaction and in force everywhere before it is answered.
/// </summary>
internal sealed class PersonRegistry(
    TenantDatabase database, PasswordCheck passwords, ILookupNormalizer normalizer, IAuditTrail trail, IAccessChanges changes, TimeProvider time)
{
    /// <summary>People by the name they sign in with.</summary>
    public async Task<List<PersonResponse>> ListAsync(int tenantId, string? search, string? after, int limit, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        var pattern = string.IsNullOrWhiteSpace(search) ? null : $"%{search.Trim().Replace("\\", "\\\\").Replace("%", "\\%").Replace("_", "\\_").Replace('\0', '?')}%";
        await using var command = transaction.Command(PeopleSql.List, pattern, after is null ? null : normalizer.NormalizeName(after.Replace('\0', '?')), limit);
        command.Parameters[0].NpgsqlDbType = NpgsqlDbType.Text;
        command.Parameters[1].NpgsqlDbType = NpgsqlDbType.Text;
        return await ReadAsync(command, cancellation);
    }

    /// <summary>One person, or null.</summary>
    public async Task<PersonResponse?> FindAsync(int tenantId, Guid id, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(PeopleSql.One, id);
        return (await ReadAsync(command, cancellation)).FirstOrDefault();
    }

    /// <summary>Adds a person with a drawn password.</summary>
    public async Task<(PersonOutcome Outcome, Guid Id, string Password)> AddAsync(HttpContext context, string user, PersonData data, CancellationToken cancellation)
    {
        var (tenantId, id, password) = (context.User.TenantId(), Guid.CreateVersion7(time.GetUtcNow()), DrawPassword());
        if (!passwords.TryHash(password, out var hashing))
        {
            return (PersonOutcome.Busy, id, password);
        }

        var hash = await hashing;
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var insert = transaction.Command(
            PeopleSql.Insert, id, tenantId, user, normalizer.NormalizeName(user), data.Name, data.Role, hash, Stamp(), Stamp(), time.GetUtcNow().UtcDateTime);
        if (await insert.ExecuteNonQueryAsync(cancellation) == 0)
        {
            return (PersonOutcome.UserExists, id, password);
        }

        if (!await PutPlacesAsync(transaction, tenantId, id, data, cancellation))
        {
            return (PersonOutcome.UnknownPlace, id, password);
        }

        await FinishAsync(context, transaction, AuditActions.AddPerson, $"{user}: {Describe(data)}", cancellation);
        return (PersonOutcome.Done, id, password);
    }

    /// <summary>Changes a person.</summary>
    public async Task<PersonOutcome> ChangeAsync(HttpContext context, Guid id, PersonData data, int version, CancellationToken cancellation)
    {
        var tenantId = context.User.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await LockHospitalAsync(transaction, tenantId, cancellation);
        if (await LockAsync(transaction, id, cancellation) is not { } before)
        {
            return PersonOutcome.NotFound;
        }

        if (before.Version != version)
        {
            return PersonOutcome.ChangedMeanwhile;
        }

        if (before.IsActiveAdministrator && (data.Disabled || data.Role != AccountRoles.Administrator) && await IsLastAdministratorAsync(transaction, id, cancellation))
        {
            return PersonOutcome.LastAdministrator;
        }

        await using var update = transaction.Command(PeopleSql.Update, id, data.Name, data.Role, Stamp(), data.Disabled, time.GetUtcNow().UtcDateTime);
        await update.ExecuteNonQueryAsync(cancellation);
        if (!await PutPlacesAsync(transaction, tenantId, id, data, cancellation))
        {
            return PersonOutcome.UnknownPlace;
        }

        if (data.Disabled)
        {
            await RevokeSessionsAsync(transaction, id, cancellation);
        }

        await FinishAsync(context, transaction, AuditActions.ChangePerson, $"{id}: {Describe(data)}", cancellation);
        return PersonOutcome.Done;
    }

    /// <summary>Gives a person a drawn password and ends their sessions.</summary>
    public async Task<(PersonOutcome Outcome, string Password)> ResetPasswordAsync(HttpContext context, Guid id, CancellationToken cancellation)
    {
        var password = DrawPassword();
        if (!passwords.TryHash(password, out var hashing))
        {
            return (PersonOutcome.Busy, password);
        }

        var hash = await hashing;
        var outcome = await WithPersonAsync(context, id, AuditActions.ResetPassword, async transaction =>
        {
            await using var set = transaction.Command(PeopleSql.SetPassword, id, hash, Stamp(), Stamp());
            await set.ExecuteNonQueryAsync(cancellation);
            await RevokeSessionsAsync(transaction, id, cancellation);
            return true;
        }, cancellation);
        return (outcome, password);
    }

    /// <summary>Takes a person's second factors away, so that new ones can be set up, and ends their sessions.</summary>
    public Task<PersonOutcome> ResetSecondFactorAsync(HttpContext context, Guid id, CancellationToken cancellation) =>
        WithPersonAsync(context, id, AuditActions.ResetSecondFactor, async transaction =>
        {
            await Authenticators.ResetAsync(transaction.Connection, id, time.GetUtcNow().UtcDateTime, cancellation);
            return true;
        }, cancellation);

    /// <summary>Ends every session of a person.</summary>
    public Task<PersonOutcome> SignOutAsync(HttpContext context, Guid id, CancellationToken cancellation) =>
        WithPersonAsync(context, id, AuditActions.SignOutEverywhere, async transaction =>
        {
            await RevokeSessionsAsync(transaction, id, cancellation);
            return true;
        }, cancellation);

    /// <summary>Removes a person. What they did stays on record.</summary>
    public Task<PersonOutcome> RemoveAsync(HttpContext context, Guid id, CancellationToken cancellation) =>
        WithPersonAsync(context, id, AuditActions.RemovePerson, async transaction =>
        {
            if (await IsLastAdministratorAsync(transaction, id, cancellation))
            {
                return false;
            }

            await using var delete = transaction.Command(PeopleSql.Delete, id);
            await delete.ExecuteNonQueryAsync(cancellation);
            return true;
        }, cancellation);

    /// <summary>The sessions of a person that are not over.</summary>
    public async Task<List<PersonSession>> SessionsAsync(int tenantId, Guid id, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(PeopleSql.Sessions, id, time.GetUtcNow().UtcDateTime);
        var sessions = new List<PersonSession>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            sessions.Add(new(
                reader.GetGuid(0).ToString(), new(reader.GetDateTime(1)), new(reader.GetDateTime(2)), new(reader.GetDateTime(3)),
                reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetBoolean(6)));
        }

        return sessions;
    }

    private async Task<PersonOutcome> WithPersonAsync(
        HttpContext context, Guid id, string action, Func<TenantTransaction, Task<bool>> change, CancellationToken cancellation)
    {
        var tenantId = context.User.TenantId();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await LockHospitalAsync(transaction, tenantId, cancellation);
        if (await LockAsync(transaction, id, cancellation) is null)
        {
            return PersonOutcome.NotFound;
        }

        if (!await change(transaction))
        {
            return PersonOutcome.LastAdministrator;
        }

        await FinishAsync(context, transaction, action, id.ToString(), cancellation);
        return PersonOutcome.Done;
    }

    private async Task FinishAsync(HttpContext context, TenantTransaction transaction, string action, string detail, CancellationToken cancellation)
    {
        await changes.NotifyAsync(transaction.Connection, cancellation);
        await trail.RecordAsync(transaction.Connection, AuditEntry.Of(context, action) with { Detail = detail }, cancellation);
        await transaction.CommitAsync(cancellation);
        await changes.ReloadAsync(cancellation);
    }

    private static async Task<bool> PutPlacesAsync(TenantTransaction transaction, int tenantId, Guid id, PersonData data, CancellationToken cancellation)
    {
        await using var clearWards = transaction.Command(PeopleSql.ClearWards, id);
        await clearWards.ExecuteNonQueryAsync(cancellation);
        await using var clearPatients = transaction.Command(PeopleSql.ClearPatients, id);
        await clearPatients.ExecuteNonQueryAsync(cancellation);
        await using var wards = transaction.Command(PeopleSql.PutWards, tenantId, id, data.Wards.Distinct(StringComparer.Ordinal).ToArray());
        await using var patients = transaction.Command(PeopleSql.PutPatients, tenantId, id, data.Patients.Distinct(StringComparer.Ordinal).ToArray());
        return await wards.ExecuteNonQueryAsync(cancellation) == data.Wards.Distinct(StringComparer.Ordinal).Count()
            && await patients.ExecuteNonQueryAsync(cancellation) == data.Patients.Distinct(StringComparer.Ordinal).Count();
    }

    private static async Task LockHospitalAsync(TenantTransaction transaction, int tenantId, CancellationToken cancellation)
    {
        await using var command = transaction.Command(PeopleSql.LockHospital, tenantId);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<(bool IsActiveAdministrator, int Version)?> LockAsync(TenantTransaction transaction, Guid id, CancellationToken cancellation)
    {
        await using var command = transaction.Command(PeopleSql.Lock, id);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await reader.ReadAsync(cancellation) ? (reader.GetString(0) == AccountRoles.Administrator && !reader.GetBoolean(1), reader.GetInt32(2)) : null;
    }

    private static async Task<bool> IsLastAdministratorAsync(TenantTransaction transaction, Guid id, CancellationToken cancellation)
    {
        await using var command = transaction.Command(PeopleSql.OtherAdministrators, id);
        return (long)(await command.ExecuteScalarAsync(cancellation))! == 0;
    }

    private async Task RevokeSessionsAsync(TenantTransaction transaction, Guid id, CancellationToken cancellation)
    {
        await using var command = transaction.Command(StaffSql.RevokeSessionsOfAccount, id, time.GetUtcNow().UtcDateTime);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<List<PersonResponse>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        var people = new List<PersonResponse>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (role, patients) = (reader.GetString(3), reader.GetFieldValue<string[]>(5));
            people.Add(new(
                reader.GetGuid(0).ToString(), reader.GetString(1), reader.GetString(2), role, reader.GetFieldValue<string[]>(4), patients,
                role == AccountRoles.Patient ? patients.FirstOrDefault() : null, reader.GetBoolean(6), reader.GetBoolean(7), reader.GetInt32(8), new(reader.GetDateTime(9)),
                reader.IsDBNull(10) ? null : new DateTimeOffset(reader.GetDateTime(10)), reader.GetInt32(11)));
        }

        return people;
    }

    private static string Describe(PersonData data) =>
        $"{data.Role}; wards {string.Join(", ", data.Wards)}; patients {string.Join(", ", data.Patients)}{(data.Disabled ? "; disabled" : "")}";

    private static string DrawPassword() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(18));

    private static string Stamp() => RandomNumberGenerator.GetHexString(32);
}
