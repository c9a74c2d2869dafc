using System.Text;
using Npgsql;
using Shouldly;
using Wardwatch.Benchmarks.Events;
using Wardwatch.Server.Events;
using Wardwatch.Server.Events.Contracts;
using Wardwatch.Server.Patients;
using Wardwatch.SystemTests.Harness;
using Wardwatch.SystemTests.Registry;
using Xunit;

namespace Wardwatch.SystemTests.Events;

/// <summary>What a transaction says happened is there if and only if it commits, in order per patient, and in clear nowhere.</summary>
[Collection(EventHospitalCollection.Name)]
public sealed class OutboxTests(EventHospital hospital)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // Nobody else's: what is counted of them was told here.
    private int[] Patients => hospital.Patients[EventHospital.OutboxPatients..];

    [Fact]
    public async Task An_event_is_there_if_and_only_if_its_transaction_commits()
    {
        var patient = Patients[0];
        foreach (var commits in new[] { true, false })
        {
            await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
            await hospital.Outbox.AddAsync(transaction.Connection, Stepped.Kind, hospital.Of(patient), new(1, "word"), Cancellation);
            (await CountAsync(patient)).ShouldBe(commits ? 0 : 2, "nobody sees it before the commit");
            if (commits)
            {
                await transaction.CommitAsync(Cancellation);
            }
        }

        (await CountAsync(patient)).ShouldBe(2, "once in the history, once in the outbox");
    }

    [Fact]
    public async Task The_order_of_numbers_is_the_order_of_commits_of_a_patient()
    {
        var patient = Patients[1];
        await using var first = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        await hospital.Outbox.AddAsync(first.Connection, Stepped.Kind, hospital.Of(patient), new(1, "first"), Cancellation);
        await using var second = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        var waiting = hospital.Outbox.AddAsync(second.Connection, Stepped.Kind, hospital.Of(patient), new(2, "second"), Cancellation);
        await Poll.UntilAsync(
            async () => await hospital.ScalarAsync<long>("select count(*) from pg_locks where locktype = 'advisory' and not granted", Cancellation) == 1,
            Poll.Patience, "the second transaction waits for the first", Cancellation);

        // Somebody else's event does not wait.
        await using var other = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        await hospital.Outbox.AddAsync(other.Connection, Stepped.Kind, hospital.Of(Patients[2]), new(1, "other"), Cancellation);
        await other.CommitAsync(Cancellation);
        waiting.IsCompleted.ShouldBeFalse();

        await first.CommitAsync(Cancellation);
        await waiting;
        await second.CommitAsync(Cancellation);
        (await hospital.ScalarAsync<long>($"select count(*) from event_outbox where patient_no = {patient}", Cancellation)).ShouldBe(2);
    }

    [Fact]
    public async Task Transactions_of_many_patients_in_any_order_do_not_wait_for_each_other_for_ever()
    {
        var patients = Patients[20..120];
        var count = $"select count(*) from events where patient_no between {patients[0]} and {patients[^1]}";
        var before = await hospital.ScalarAsync<long>(count, Cancellation);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(async writer =>
        {
            var order = new Random(writer);
            for (var round = 0; round < 5; round++)
            {
                await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
                var shuffled = patients.OrderBy(_ => order.Next()).ToList();
                await hospital.Outbox.AddAsync(transaction.Connection, [.. shuffled.Select(patient => NewEvent.Of(Stepped.Kind, hospital.Of(patient), new(round, "many")))], Cancellation);
                await transaction.CommitAsync(Cancellation);
            }
        }));
        (await hospital.ScalarAsync<long>(count, Cancellation)).ShouldBe(before + (8 * 5 * 100));
    }

    [Fact]
    public async Task A_patient_who_is_registered_in_the_same_transaction_has_events_already()
    {
        await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
        var registered = await DemoServer.Registry(hospital.Installation).InsertAsync(transaction.Connection, DemoServer.By(hospital.Tenant), [new NewPatient("Example, New", "55-99999", new(1950, 1, 2), "male")], Cancellation);
        var added = registered.ConvertAll(patient => patient.Number);
        await hospital.Outbox.AddAsync(transaction.Connection, Stepped.Kind, hospital.Of(added[0]), new(1, "new"), Cancellation);
        await transaction.CommitAsync(Cancellation);
        (await CountAsync(added[0])).ShouldBe(2);
    }

    [Fact]
    public async Task A_hospital_cannot_tell_of_another_hospitals_patients()
    {
        await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.OtherTenant, Cancellation);
        await Should.ThrowAsync<InvalidOperationException>(() =>
            hospital.Outbox.AddAsync(transaction.Connection, Stepped.Kind, hospital.Of(Patients[3]), new(1, "foreign"), Cancellation));
        await using var own = await hospital.Installation.Tenants.BeginAsync(hospital.OtherTenant, Cancellation);
        (await Should.ThrowAsync<PostgresException>(() =>
            hospital.Outbox.AddAsync(own.Connection, Stepped.Kind, new(hospital.Tenant, null, TimeProvider.System.GetUtcNow()), new(1, "foreign"), Cancellation)))
            .SqlState.ShouldBe(PostgresErrorCodes.InsufficientPrivilege);
    }

    [Fact]
    public async Task What_an_event_carries_is_in_clear_nowhere()
    {
        const string word = "Schwarzwaldklinik";
        foreach (var patient in new int?[] { Patients[4], null })
        {
            await using var transaction = await hospital.Installation.Tenants.BeginAsync(hospital.Tenant, Cancellation);
            await hospital.Outbox.AddAsync(transaction.Connection, Stepped.Kind, new(hospital.Tenant, patient, TimeProvider.System.GetUtcNow()), new(1, word), Cancellation);
            await transaction.CommitAsync(Cancellation);
        }

        var stored = await hospital.ScalarAsync<byte[]>("select string_agg(content, '') from (select content from events union all select content from event_outbox) as all_of_it", Cancellation);
        stored.AsSpan().IndexOf(Encoding.UTF8.GetBytes(word)).ShouldBe(-1);
    }

    [Fact]
    public async Task Dead_letters_are_kept_until_some_days_after_they_were_settled()
    {
        await hospital.AddAsync(Patients[5], 1, "dead", Cancellation);
        string[] settled = ["null, null", "'dropped', now() - interval '91 days'", "'replayed', now() - interval '89 days'"];
        for (var i = 0; i < settled.Length; i++)
        {
            await hospital.ExecuteAsync(
                $"""
                insert into event_dead_letters (consumer, partition, {EventRows.Columns}, reason, attempts, dead_at, settled, settled_at)
                select 'kept-{i}', 0, {EventRows.Columns}, 'handler-failed', 6, now() - interval '200 days', {settled[i]} from events where patient_no = {Patients[5]};
                insert into dead_letters (tenant_id, device_no, received_at, reason, topic, envelope, digest, settled, settled_at)
                values ({hospital.Tenant}, 999, now() - interval '200 days', 'no-binding', 'kept-{i}', '\x01', '\x0{i}', {settled[i]});
                """, Cancellation);
        }

        // A node looks after them when it starts, and every hour.
        await using (await EventNode.StartAsync(hospital.Installation, broker: null, new Dictionary<string, string>(), [], [], Cancellation))
        {
            (await hospital.ScalarAsync<string>("select string_agg(consumer, ' ' order by consumer) from event_dead_letters where consumer like 'kept-%'", Cancellation)).ShouldBe("kept-0 kept-2");
            (await hospital.ScalarAsync<string>("select string_agg(topic, ' ' order by topic) from dead_letters where device_no = 999", Cancellation)).ShouldBe("kept-0 kept-2");
        }
    }

    private Task<long> CountAsync(int patient) => hospital.ScalarAsync<long>(
        $"select (select count(*) from events where patient_no = {patient}) + (select count(*) from event_outbox where patient_no = {patient})", Cancellation);
}
