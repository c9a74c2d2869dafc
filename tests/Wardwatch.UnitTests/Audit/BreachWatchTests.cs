using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Server.Audit;
using Wardwatch.Server.Audit.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Audit;

/// <summary>What is told as unusual, and what is not.</summary>
public sealed class BreachWatchTests : ISecurityEvents
{
    private readonly List<SecurityEvent> _raised = [];
    private readonly Clock _clock = new();
    private readonly BreachWatch _watch;
    private readonly Guid _account = Guid.NewGuid();

    public BreachWatchTests() => _watch = new(this, Options.Create(new AuditOptions { ManyRecords = 5, ManyRecordsAtNight = 3, ManyRefusals = 4, ManyFailedSignIns = 3, ManyEmergencies = 2 }), _clock);

    event Action<StoredSecurityEvent>? ISecurityEvents.Stored
    {
        add { }
        remove { }
    }

    void ISecurityEvents.Raise(SecurityEvent found) => _raised.Add(found);

    [Fact]
    public void Many_different_records_in_a_short_time_are_told_once()
    {
        for (var patient = 1; patient <= 5; patient++) Look(patient);
        Kinds().ShouldBe([SecurityEventKinds.ManyRecords]);
        Look(6);
        _raised.Count.ShouldBe(1);
    }

    [Fact]
    public void The_same_few_records_over_and_over_are_work()
    {
        for (var i = 0; i < 100; i++) Look(1 + (i % 4));
        _raised.ShouldBeEmpty();
    }

    [Fact]
    public void Records_opened_over_a_shift_are_work()
    {
        for (var patient = 1; patient <= 20; patient++)
        {
            Look(patient);
            _clock.Advance(TimeSpan.FromMinutes(4));
        }

        _raised.ShouldBeEmpty();
    }

    [Fact]
    public void At_night_fewer_are_many()
    {
        _clock.Now = new(2026, 11, 21, 2, 0, 0, TimeSpan.Zero);
        for (var patient = 1; patient <= 3; patient++) Look(patient);
        Kinds().ShouldBe([SecurityEventKinds.AtNight]);
    }

    [Fact]
    public void A_whole_ward_at_a_glance_is_no_look_at_many_records()
    {
        for (var i = 0; i < 50; i++) _watch.Observe(Entry(AuditActions.ViewWard) with { Patients = [.. Enumerable.Range(1, 20)] });
        _raised.ShouldBeEmpty();
    }

    [Fact]
    public void Refusals_failed_sign_ins_emergencies_and_reused_tokens_are_told()
    {
        for (var i = 0; i < 4; i++) _watch.Observe(Entry(AuditActions.ReadPatient) with { Done = false });
        for (var i = 0; i < 3; i++) _watch.Observe(Entry(AuditActions.SignIn) with { Done = false });
        for (var i = 0; i < 2; i++) _watch.Observe(Entry(AuditActions.OpenInEmergency) with { Patients = [i] });
        _watch.Observe(Entry(AuditActions.ReuseToken));
        Kinds().ShouldBe([SecurityEventKinds.Refusals, SecurityEventKinds.SignIn, SecurityEventKinds.OutsideWard, SecurityEventKinds.TokenReuse]);
        _raised.ShouldAllBe(found => found.AccountId == _account && found.TenantId == 1);
    }

    [Fact]
    public void What_others_do_is_not_counted_together()
    {
        for (var patient = 1; patient <= 20; patient++) _watch.Observe(Entry(AuditActions.ReadPatient) with { AccountId = Guid.NewGuid(), Patients = [patient] });
        _raised.ShouldBeEmpty();
    }

    private IEnumerable<string> Kinds() => _raised.Select(found => found.Kind);

    private void Look(int patient) => _watch.Observe(Entry(AuditActions.ReadPatient) with { Patients = [patient] });

    private AuditEntry Entry(string action) => new() { TenantId = 1, Action = action, AccountId = _account };

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

        public void Advance(TimeSpan by) => Now += by;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
