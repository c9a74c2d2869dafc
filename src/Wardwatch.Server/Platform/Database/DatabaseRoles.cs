using Npgsql;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Database;

/// <summary>
/// The two roles as which the server works; it is the tables' owner only while it migrates. What they may do is said by the migrations.
/// </summary>
internal static class DatabaseRoles
{
    /// <summary>Works for all hospitals at once: loads, commits readings, signs people in. Cannot change the schema.</summary>
    public const string Service = "wardwatch_service";

    /// <summary>Works for one hospital, which each transaction names; row-level security hides all others.</summary>
    public const string Tenant = "wardwatch_tenant";

    /// <summary>Makes the roles where they are missing; only a superuser can make the first.</summary>
    public const string Make = $"""
        do $$ begin
            if not exists (select from pg_roles where rolname = '{Service}') then
                create role {Service} login bypassrls;
            end if;
            if not exists (select from pg_roles where rolname = '{Tenant}') then
                create role {Tenant} login;
            end if;
        end $$
        """;

    private const string Usable = $"""
        select count(*) = 2 from pg_roles
        where rolname in ('{Service}', '{Tenant}') and pg_has_role(oid, 'member') and (rolbypassrls or rolname = '{Tenant}')
        """;

    /// <summary>Makes sure that the owner of a given database may work as the two roles.</summary>
    /// <exception cref="StartupException">They are missing, and the owner may not make them.</exception>
    public static async Task RequireAsync(NpgsqlDataSource owner, CancellationToken cancellation)
    {
        await using var connection = await owner.OpenConnectionAsync(cancellation);
        if (await AreUsableAsync(connection, cancellation))
        {
            return;
        }

        try
        {
            await using var make = new NpgsqlCommand($"{Make}; grant {Service}, {Tenant} to current_user", connection);
            await make.ExecuteNonQueryAsync(cancellation);
        }
        catch (PostgresException error)
        {
            throw new StartupException(
                $"The database has no roles {Service} and {Tenant} that its owner may use, as which this server works.",
                $"As a superuser of that PostgreSQL: create role {Service} bypassrls; create role {Tenant}; grant {Service}, {Tenant} to the user of the connection string;", error);
        }
    }

    private static async Task<bool> AreUsableAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(Usable, connection);
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }
}
