using System.Text.Json;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Simulator.Patients;
using Wardwatch.Simulator.Staff;
using Wardwatch.Simulator.Stories;
using Xunit;

namespace Wardwatch.UnitTests.Simulator;

/// <summary>The demo's staff let the first call go unanswered, then do what staff do, and leave to others what others do first.</summary>
public class IncidentScriptTests
{
    private static readonly IncidentNews Opened = new()
    {
        Id = "i1",
        Patient = "p-0001",
        Ward = "ward-1",
        Bed = "1",
        Name = "Severe hypotension",
        Cause = "SBP 76 < 80",
        Priority = "high",
        State = "ASSIGNED",
        Step = 1,
        Assignee = "Dr Vance",
        Role = "intensivist",
        Next = "Intensivist, tier 2",
        IsReviewed = false,
        IsOver = false,
        Version = 1,
    };

    private readonly IncidentScript _script = new(StaffPace.Usual, "http://ward");

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    [Fact]
    public void Nobody_answers_the_first_call_and_the_next_acknowledges_reviews_and_resolves_when_it_is_over()
    {
        string.Join('\n', _script.Look(Opened, At(0))).ShouldContain("Dr Vance is on duty as intensivist and is asked. Without an answer it goes to: Intensivist, tier 2.");
        _script.Due(At(600)).ShouldBe(StaffAct.Nothing);

        var escalated = Opened with { Step = 2, Assignee = "Dr Oyelaran", Version = 2 };
        _script.Look(escalated, At(15)).ShouldHaveSingleItem().ShouldContain("nobody has answered. Dr Oyelaran (intensivist) is asked now");
        _script.Due(At(20)).ShouldBe(StaffAct.Nothing);
        _script.Due(At(21)).ShouldBe(StaffAct.Acknowledge);

        var acknowledged = escalated with { State = "ACKNOWLEDGED", Version = 3 };
        _script.Look(acknowledged, At(22)).ShouldHaveSingleItem().ShouldContain("acknowledged it after 22 s");
        _script.Look(escalated, At(23)).ShouldBeEmpty("news that comes late is none");
        _script.Due(At(29)).ShouldBe(StaffAct.Nothing);
        _script.Due(At(30)).ShouldBe(StaffAct.Review);

        var reviewed = acknowledged with { State = "IN_PROGRESS", IsReviewed = true, Version = 4 };
        _script.Look(reviewed, At(31)).ShouldHaveSingleItem().ShouldContain("at the bedside after 31 s");
        _script.Due(At(80)).ShouldBe(StaffAct.Nothing, "the patient is not better yet");
        _script.Look(reviewed with { IsOver = true }, At(81)).ShouldHaveSingleItem().ShouldContain("within their limits again");
        _script.Due(At(84)).ShouldBe(StaffAct.Nothing);
        _script.Due(At(85)).ShouldBe(StaffAct.Resolve);
        _script.Look(reviewed with { State = "RESOLVED", IsOver = true, Version = 5 }, At(86)).ShouldHaveSingleItem().ShouldContain("resolved after 86 s");
        _script.Due(At(900)).ShouldBe(StaffAct.Nothing);
    }

    [Fact]
    public void What_somebody_at_a_screen_has_done_is_not_done_again()
    {
        _script.Look(Opened, At(0));
        _script.Look(Opened with { State = "ACKNOWLEDGED", Assignee = "Aoife Keane", Version = 2 }, At(5)).ShouldHaveSingleItem().ShouldContain("Aoife Keane has acknowledged it after 5 s");
        _script.Due(At(12)).ShouldBe(StaffAct.Nothing);
        _script.Due(At(13)).ShouldBe(StaffAct.Review);
    }

    [Fact]
    public void What_gets_worse_is_told_and_asked_anew()
    {
        _script.Look(Opened with { Name = "Tachycardia", Priority = "medium", Assignee = "Dr Tanaka", Role = "cardiologist" }, At(0));
        var lines = _script.Look(Opened with { Version = 2 }, At(9));
        lines.Count.ShouldBe(2);
        lines[0].ShouldContain("SBP 76 < 80 (Severe hypotension, high priority)");
        lines[1].ShouldContain("Dr Vance is on duty as intensivist");
    }

    [Fact]
    public void An_incident_is_read_as_the_server_shows_it_and_one_about_a_device_is_left_alone()
    {
        const string Shown = """
            {"id":"i1","number":1,"alerts":[{"type":"hr-high","condition":"ended","cause":{"text":"HR 130 > 120"}},{"type":"sbp-critical","condition":"active","cause":{"text":"SBP 76 < 80"}}],
             "patient":"p-0001","ward":"ward-1","bed":"1","type":"sbp-critical","name":"Severe hypotension","priority":"high","technical":false,"state":"ASSIGNED",
             "assignee":{"id":"a","name":"Dr Vance","role":"rapid-response"},"reviewedAt":null,"nextStep":{"at":"2026-11-22T09:28:39Z","what":"escalate","to":"Intensivist, tier 2"},"step":1,"version":3}
            """;
        var news = IncidentNews.Of(JsonDocument.Parse(Shown).RootElement)!;
        (news.Cause, news.Assignee, news.Role, news.Next, news.IsOver, news.IsReviewed, news.Version).ShouldBe(("SBP 76 < 80", "Dr Vance", "rapid response", "Intensivist, tier 2", false, false, 3));
        IncidentNews.Of(JsonDocument.Parse(Shown.Replace("\"technical\":false", "\"technical\":true")).RootElement).ShouldBeNull();
    }

    [Fact]
    public void A_story_that_is_told_begins_late_enough_to_open_a_page_shows_itself_within_the_minute_and_is_over_within_two()
    {
        var run = StoryRequest.Parse("sepsis").Told(speed: 1).Run;
        run.SeverityAt(15).ShouldBe(0);
        run.SeverityAt(35).ShouldBe(1);
        run.SeverityAt(90).ShouldBe(0);

        // The cuff does not leave it to the next quarter of an hour, and sees that the patient is better.
        var patient = new PatientSimulation(new Steady(), [run]);
        var pressures = Enumerable.Range(0, 90).Select(second => patient.Observe(second, second * 1_000_000L).ValueOrNaN(Vital.SystolicPressure)).ToList();
        pressures.Skip(30).Take(15).Count(pressure => pressure < 80).ShouldBeGreaterThanOrEqualTo(2);
        pressures.Skip(70).Last(pressure => !double.IsNaN(pressure)).ShouldBeGreaterThan(100);
        StoryRequest.Parse("sepsis,onset=5").Told(speed: 1).Run.OnsetSeconds.ShouldBe(5, "whoever says when is obeyed");
    }

    private sealed class Steady : IVitalsSource
    {
        private bool _taken;

        public void Sample(double seconds, VitalFrame frame)
        {
            frame[Vital.HeartRate] = 84;
            if (_taken) return;
            _taken = true;
            (frame[Vital.SystolicPressure], frame[Vital.DiastolicPressure]) = (118, 71);
            frame.Take(Vital.SystolicPressure);
            frame.Take(Vital.DiastolicPressure);
        }
    }
}
