using Npgsql;
using Wardwatch.Server.Audit.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>Which device a patient is to wear.</summary>
/// <param name="Device">The device.</param>
/// <param name="Patient">The patient's public id.</param>
/// <param name="From">From when; null: from now.</param>
/// <param name="Until">Until when, exclusive; null: open.</param>
/// <param name="IsSamePatient">Somebody looked: it is still the same patient.</param>
/// <param name="TakeFrom">The public id of whom it is taken from; null: of nobody.</param>
internal sealed record BindingWish(string Device, string Patient, DateTimeOffset? From, DateTimeOffset? Until, bool IsSamePatient = false, string? TakeFrom = null);

/// <summary>A binding as it is shown.</summary>
/// <param name="Device">The device.</param>
/// <param name="From">From when.</param>
/// <param name="Until">Until when, exclusive; null: open.</param>
/// <param name="LastReadingAt">When the device last measured something of this patient, within the last eight days; null: not at all.</param>
internal sealed record WornBinding(string Device, DateTimeOffset From, DateTimeOffset? Until, DateTimeOffset? LastReadingAt);

/// <summary>How binding ended.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Binding">The binding, if it is there.</param>
/// <param name="Wearer">Who wears the device instead: number, public id and ward.</param>
/// <param name="LastSeenAt">When the device was last seen on the patient, if that is asked.</param>
internal sealed record BindingResult(DeviceOutcome Outcome, WornBinding? Binding = null, (int Number, string Id, string? Ward)? Wearer = null, DateTimeOffset? LastSeenAt = null);

// Who wears what. Bindings of one device happen one after the other, by the lock on its row.
internal sealed partial class DeviceRegistry
{
    /// <summary>
    /// Binds a device to a patient over an interval; no two bindings of a device overlap. One that the patient wore before and that was silent for long is bound again
    /// only when somebody says that it is still the same patient.
    /// </summary>
    /// <param name="by">Who does it; device and patient are of the same hospital.</param>
    /// <param name="wish">What is to be bound.</param>
    /// <param name="longestGap">How long a device may be silent without that question.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<BindingResult> AttachAsync(AuditEntry by, BindingWish wish, TimeSpan longestGap, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(by.TenantId, cancellation);
        if (await LockAsync(transaction, by.TenantId, wish.Device, cancellation) is not { } number)
        {
            return new(DeviceOutcome.UnknownDevice);
        }

        if (await FindPatientAsync(transaction, by.TenantId, wish.Patient, cancellation) is not { } patient)
        {
            return new(DeviceOutcome.UnknownPatient);
        }

        if (patient.Ward is null || patient.Status == "discharged")
        {
            return new(DeviceOutcome.PatientNotOnWard);
        }

        var now = time.GetUtcNow();
        var begin = wish.From ?? now;
        var (beginUtc, endUtc) = (begin.UtcDateTime, wish.Until?.UtcDateTime ?? DateTime.MaxValue);
        var isPlain = wish.From is null && wish.Until is null;
        var overlapping = await BindingsAsync(transaction, DeviceSql.Overlapping, [number, beginUtc, endUtc], cancellation);
        if (isPlain && overlapping is [{ IsOpen: true } worn] && worn.Patient == patient.Number)
        {
            return await AskAsync(transaction, wish, worn, longestGap, now, cancellation)
                ?? new(DeviceOutcome.Done, new(wish.Device, worn.From, null, await LastReadingAsync(transaction, number, patient.Number, now, cancellation)));
        }

        var events = new List<NewEvent>();
        if (overlapping.Count > 0)
        {
            var other = overlapping[0];
            if (other.Patient == patient.Number || other.PatientId != wish.TakeFrom || !isPlain || overlapping.Exists(binding => binding.Patient != other.Patient))
            {
                return new(DeviceOutcome.AlreadyBound, Wearer: (other.Patient, other.PatientId, other.Ward));
            }

            await EndBindingsAsync(transaction, number, other.Patient, cancellation);
            events.Add(NewEvent.Of(DeviceEvents.Unbound, new EventOrigin(by.TenantId, other.Patient, now, by.AccountId), new DeviceUnbound(other.PatientId, wish.Device, now)));
        }
        else if (isPlain && await BindingsAsync(transaction, DeviceSql.LastBinding, [number, now.UtcDateTime], cancellation) is [var last] && last.Patient == patient.Number
            && await AskAsync(transaction, wish, last, longestGap, now, cancellation) is { } question)
        {
            return question;
        }

        var topic = VitalsTopic(patient.Hospital, patient.Ward, wish.Patient);
        await InsertBindingsAsync(transaction.Connection, by.TenantId, [new(number, patient.Number, topic, beginUtc, endUtc)], cancellation);
        var binding = new WornBinding(wish.Device, begin, wish.Until, await LastReadingAsync(transaction, number, patient.Number, now, cancellation));
        events.Add(NewEvent.Of(DeviceEvents.Bound, new EventOrigin(by.TenantId, patient.Number, now, by.AccountId), new DeviceBound(wish.Patient, wish.Device, begin, wish.Until)));
        await outbox.AddAsync(transaction.Connection, events, cancellation);
        int[] patients = [patient.Number, .. events.Count > 1 ? [overlapping[0].Patient] : Array.Empty<int>()];
        await CommitAsync(transaction, number, by with { Action = AuditActions.BindDevice, Patients = patients, Detail = wish.Device }, cancellation);
        return new(DeviceOutcome.Done, binding);
    }

    /// <summary>Ends a device's binding to a patient now.</summary>
    public async Task<DeviceOutcome> DetachAsync(AuditEntry by, string id, string patientId, CancellationToken cancellation)
    {
        await using var transaction = await database.BeginAsync(by.TenantId, cancellation);
        if (await LockAsync(transaction, by.TenantId, id, cancellation) is not { } number)
        {
            return DeviceOutcome.UnknownDevice;
        }

        if (await FindPatientAsync(transaction, by.TenantId, patientId, cancellation) is not { } patient)
        {
            return DeviceOutcome.UnknownPatient;
        }

        if (await EndBindingsAsync(transaction, number, patient.Number, cancellation) == 0)
        {
            return DeviceOutcome.NotBound;
        }

        var now = time.GetUtcNow();
        await outbox.AddAsync(
            transaction.Connection, DeviceEvents.Unbound, new EventOrigin(by.TenantId, patient.Number, now, by.AccountId), new DeviceUnbound(patientId, id, now), cancellation);
        await CommitAsync(transaction, number, by with { Action = AuditActions.UnbindDevice, Patients = [patient.Number], Detail = id }, cancellation);
        return DeviceOutcome.Done;
    }

    /// <summary>What a patient wears and wore, the newest first; of who was merged into them, too.</summary>
    public async Task<List<WornBinding>> WornAsync(int tenantId, int patientNumber, int limit, CancellationToken cancellation)
    {
        var bindings = new List<WornBinding>();
        await using var transaction = await database.BeginAsync(tenantId, cancellation);
        await using var command = transaction.Command(DeviceSql.Worn, tenantId, patientNumber, limit, Now - LongestLookBack);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            bindings.Add(new(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), TimeOrNull(reader, 2), TimeOrNull(reader, 3)));
        }

        return bindings;
    }

    // As long as bindings are kept in memory, since a reading may be late.
    private static readonly TimeSpan LongestLookBack = TimeSpan.FromDays(8);

    /// <summary>The question whether it is still the same patient; null: there is no need to ask.</summary>
    private static async Task<BindingResult?> AskAsync(TenantTransaction transaction, BindingWish wish, FoundBinding last, TimeSpan longestGap, DateTimeOffset now, CancellationToken cancellation)
    {
        if (wish.IsSamePatient)
        {
            return null;
        }

        // It was on the patient when somebody put it on, when it measured, and when somebody took it off.
        var seen = last.IsOpen ? last.From : last.Until;
        if (await LastReadingAsync(transaction, last.Device, last.Patient, now, cancellation) is { } reading && reading > seen)
        {
            seen = reading;
        }

        return now - seen > longestGap ? new(DeviceOutcome.SamePatientQuestion, LastSeenAt: seen) : null;
    }

    private static async Task<DateTimeOffset?> LastReadingAsync(TenantTransaction transaction, int device, int patient, DateTimeOffset now, CancellationToken cancellation)
    {
        // The longest gap that is asked for is a day: what lies further back is no different.
        await using var command = transaction.Command(DeviceSql.LastReading, patient, device, now.UtcDateTime.AddDays(-1));
        return await command.ExecuteScalarAsync(cancellation) is DateTime at ? new DateTimeOffset(at) : null;
    }

    private static async Task<List<FoundBinding>> BindingsAsync(TenantTransaction transaction, string sql, object[] values, CancellationToken cancellation)
    {
        var found = new List<FoundBinding>();
        await using var command = transaction.Command(sql, values);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            found.Add(new(
                reader.GetInt32(0), reader.GetInt32(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetString(3), reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5)));
        }

        return found;
    }

    private sealed record FoundBinding(int Device, int Patient, string PatientId, string? Ward, DateTimeOffset From, DateTimeOffset Until)
    {
        public bool IsOpen => Until == DateTimeOffset.MaxValue;
    }
}
