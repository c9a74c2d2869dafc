using Npgsql;
using Shouldly;
using Wardwatch.Server.Platform.Postgres;
using Xunit;

namespace Wardwatch.SystemTests.Access;

/// <summary>Hospitals are separated in the database itself, whatever a statement says.</summary>
[Collection(TwoHospitalsCollection.Name)]
public sealed class TenantRowTests(TwoHospitals hospitals)
{
    // What holds nobody's rows: the schema's own list, fingerprints of master keys, models that know nobody, who works on which partition of events or has which of the patients, and processes.
    private static readonly string[] WithoutHospital = ["schema_migrations", "master_keys", "anomaly_models", "event_claims", "envelope_readers", "envelope_partitions", "nodes"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_table_is_separated_and_none_shows_another_hospitals_rows()
    {
        await using var owner = hospitals.Server.OpenDatabase();
        var tables = await TablesAsync(owner);
        tables.Count.ShouldBeGreaterThan(20);
        var seen = 0L;
        foreach (var table in tables.Except(WithoutHospital))
        {
            var (own, others) = await CountAsync(table);
            seen += own;
            others.ShouldBe(0, table);
        }

        seen.ShouldBeGreaterThan(5, "the other hospital's own rows are there");
    }

    [Fact]
    public async Task No_table_lets_another_hospitals_rows_be_changed_removed_or_added()
    {
        await using var owner = hospitals.Server.OpenDatabase();
        foreach (var table in (await TablesAsync(owner)).Except(WithoutHospital))
        {
            await RefusedOrNothingAsync(table, $"update {table} set tenant_id = tenant_id where tenant_id = {hospitals.Tenant}");
            await RefusedOrNothingAsync(table, $"update {table} set tenant_id = {hospitals.Tenant}");
            await RefusedOrNothingAsync(table, $"delete from {table} where tenant_id = {hospitals.Tenant}");
        }

        await using var transaction = await hospitals.Beside.Tenants.BeginAsync(hospitals.ForeignTenant, Cancellation);
        await using var insert = transaction.Command($"insert into wards (tenant_id, ward_id, name, position) values ({hospitals.Tenant}, 'intruder', 'Intruder', 9)");
        (await Should.ThrowAsync<PostgresException>(async () => await insert.ExecuteNonQueryAsync(Cancellation))).SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task Without_a_hospital_nothing_is_seen()
    {
        await using var database = NpgsqlDataSource.Create(PrivateCluster.ConnectionString(Wardwatch.Server.Platform.DataFolder.Open(hospitals.Server.Data), "wardwatch_tenant"));
        foreach (var table in new[] { "patients", "devices", "staff_accounts", "readings", "audit_entries", "tenants" })
        {
            await using var command = database.CreateCommand($"select count(*) from {table}");
            ((long)(await command.ExecuteScalarAsync(Cancellation))!).ShouldBe(0, table);
        }
    }

    [Theory]
    [InlineData("wardwatch_tenant", "alter table patients disable row level security")]
    [InlineData("wardwatch_tenant", "drop table patients")]
    [InlineData("wardwatch_tenant", "set role wardwatch")]
    [InlineData("wardwatch_tenant", "set role wardwatch_service")]
    [InlineData("wardwatch_tenant", "select * from readings_20261121")]
    [InlineData("wardwatch_tenant", "select ensure_readings_partition(current_date)")]
    [InlineData("wardwatch_service", "drop table patients")]
    [InlineData("wardwatch_service", "alter table audit_entries disable trigger append_only")]
    [InlineData("wardwatch_service", "update audit_entries set action = 'nothing'")]
    [InlineData("wardwatch_service", "delete from audit_entries")]
    [InlineData("wardwatch_service", "truncate audit_entries")]
    [InlineData("wardwatch_service", "set role wardwatch")]
    [InlineData("wardwatch_service", "create table mine (x int)")]
    [InlineData("wardwatch_service", "insert into schema_migrations (name, checksum) values ('x', 'y')")]
    public async Task The_servers_own_roles_cannot_do(string role, string statement)
    {
        await using var database = NpgsqlDataSource.Create(PrivateCluster.ConnectionString(Wardwatch.Server.Platform.DataFolder.Open(hospitals.Server.Data), role) + ";Pooling=false");
        await using var command = database.CreateCommand(statement);
        await Should.ThrowAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync(Cancellation));
    }

    [Fact]
    public async Task Not_even_the_owner_changes_the_audit_in_passing()
    {
        await using var owner = hospitals.Server.OpenDatabase();
        foreach (var statement in new[] { "update audit_entries set action = 'nothing'", "delete from audit_entries", "truncate audit_entries" })
        {
            await using var command = owner.CreateCommand(statement);
            (await Should.ThrowAsync<PostgresException>(async () => await command.ExecuteNonQueryAsync(Cancellation))).MessageText.ShouldBe("the audit trail is append-only");
        }
    }

    private async Task RefusedOrNothingAsync(string table, string statement)
    {
        await using var transaction = await hospitals.Beside.Tenants.BeginAsync(hospitals.ForeignTenant, Cancellation);
        await using var command = transaction.Command(statement);
        try
        {
            var touched = await command.ExecuteNonQueryAsync(Cancellation);
            touched.ShouldBe(0, $"{table}: {statement}");
        }
        catch (PostgresException refused)
        {
            // The hospitals' own numbers are generated always, which is refused even before the right is looked at.
            refused.SqlState.ShouldBeOneOf([PostgresErrorCodes.InsufficientPrivilege, "428C9"], $"{table}: {statement}");
        }
    }

    // A table that the role may not even read shows nothing.
    private async Task<(long Own, long Others)> CountAsync(string table)
    {
        await using var transaction = await hospitals.Beside.Tenants.BeginAsync(hospitals.ForeignTenant, Cancellation);
        await using var count = transaction.Command($"select count(*), count(*) filter (where tenant_id <> {hospitals.ForeignTenant}) from {table}");
        try
        {
            await using var reader = await count.ExecuteReaderAsync(Cancellation);
            await reader.ReadAsync(Cancellation);
            return (reader.GetInt64(0), reader.GetInt64(1));
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            return (0, 0);
        }
    }

    // Partitions are reached through their table; the roles have no right on them.
    private static async Task<List<string>> TablesAsync(NpgsqlDataSource owner)
    {
        var tables = new List<string>();
        await using var command = owner.CreateCommand("select relname from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by relname");
        await using var reader = await command.ExecuteReaderAsync(Cancellation);
        while (await reader.ReadAsync(Cancellation))
        {
            tables.Add(reader.GetString(0));
        }

        return tables;
    }
}
