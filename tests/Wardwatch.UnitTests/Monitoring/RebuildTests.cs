using Microsoft.Extensions.Options;
using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Alerts.Contracts;
using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.UnitTests.Platform;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>What a restarted lane knows: the same as before, with its true ages, and silence where there was silence.</summary>
public class RebuildTests
{
    private readonly LaneRig _lane = new();
    private readonly StoredHistory _history = new();

    [Fact]
    public async Task The_values_of_before_come_back_as_they_were_sent_and_with_their_own_times()
    {
        _history.Add(Stored(Start, 1, (Vital.Temperature, 37.1f, 0), (Vital.SystolicPressure, 120, 600_000)));
        await RebuildAsync(Start + 30 * Second);
        var vitals = _lane.View().Vitals;
        vitals.ValueOrNaN(Vital.Temperature).ShouldBe(37.1);
        vitals.AgeSeconds(Vital.Temperature, Start + 30 * Second).ShouldBe(30);
        vitals.AgeSeconds(Vital.SystolicPressure, Start).ShouldBe(600);
        _lane.View().ScoredAt.ShouldBe(Start);
        _lane.View().Device.State.ShouldBe(DeviceState.Offline);
        _lane.View().Device.LastReceivedAt.ShouldBe(Start);
        _lane.States.Get(1).Recent().Length.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_stored_is_recognised_and_what_is_new_is_live()
    {
        _history.Add(Stored(Start, 5, (Vital.HeartRate, 75, 0)));
        await RebuildAsync(Start + Second);
        var device = Device();
        _lane.Send(device, Start + 2 * Second, Json(Start), counter: 5).Flags.HasFlag(ReadingFlags.Suspect).ShouldBeTrue();
        _lane.Changes.All.ShouldBeEmpty();
        _lane.Send(device, Start + 2 * Second, Json(Start - Second), counter: 4).Flags.HasFlag(ReadingFlags.Suspect).ShouldBeTrue();
        _lane.Send(device, Start + 2 * Second, Json(Start + 2 * Second, "\"hr\":80"), counter: 6).Flags.ShouldBe(ReadingFlags.None);
        _lane.View().Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(80);
    }

    [Fact]
    public async Task A_clock_that_ran_ahead_before_the_restart_does_not_keep_the_device_out_after_it()
    {
        _history.Add(Stored(Start + 240 * Second, 5, Start, (Vital.HeartRate, 75, 0)));
        await RebuildAsync(Start + Second);
        _lane.Send(Device(), Start + 2 * Second, Json(Start + 2 * Second, "\"hr\":150"), counter: 6).Flags.ShouldBe(ReadingFlags.None);
        _lane.View().Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(150);
    }

    [Fact]
    public async Task A_device_that_never_sent_is_named_and_calls_for_nothing()
    {
        await RebuildAsync(Start);
        var view = _lane.View();
        (view.Device.Id, view.Device.LastReceivedAt).ShouldBe(("mon-10", 0L));
        PatientDocumentBuilder.Attention(in view).ShouldBeNull();
    }

    [Fact]
    public async Task The_device_that_watched_the_patient_is_shown_after_a_restart_and_not_the_one_that_sent_last()
    {
        _history.Add(Stored(Start, 5, (Vital.HeartRate, 75, 0)));
        _history.Add(Stored(Start + Second, 1, Start + Second, (Vital.Glucose, 6, 0)) with { Key = new ReadingKey(1, 1, 11, KeyId, 8, 1, Start + Second) });
        await RebuildAsync(Start + 2 * Second, Device(), Device(11, Binding(1)));
        (_lane.View().Device.Id, _lane.View().Device.LastReceivedAt, _lane.View().MeasuredBy).ShouldBe(("mon-10", Start, "mon-11"));
        _lane.View().Device.IsContinuous.ShouldBeTrue();
    }

    [Fact]
    public async Task A_reading_that_was_partly_refused_is_still_known_to_be()
    {
        _history.Add(Stored(Start, 5, (Vital.HeartRate, 75, 0)) with { Flags = ReadingFlags.PartlyRefused | ReadingFlags.Late });
        await RebuildAsync(Start + Second);
        var recent = _lane.States.Get(1).Recent().ShouldHaveSingleItem();
        (recent.PartlyRefused, recent.Late).ShouldBe((true, true));
    }

    [Fact]
    public async Task What_a_device_said_of_itself_before_the_restart_is_known_after_it()
    {
        _history.Add(Stored(Start, 5, (Vital.HeartRate, 75, 0)));
        _history.Add(new StoredReading
        {
            Key = new ReadingKey(1, 1, 10, KeyId, 7, 6, Start + Second),
            ReceivedAt = Start + Second,
            Flags = ReadingFlags.Status,
            Content = default,
            Status = new StatusPayload { MeasuredAt = Start + Second, Battery = 15, SensorsOff = 1 },
        });
        _history.Add(Stored(Start + 2 * Second, 7, (Vital.HeartRate, 76, 0)));
        await RebuildAsync(Start + 3 * Second);
        var device = _lane.View().Device;
        (device.Battery, device.SensorsOff, device.StatusAt, device.LastReceivedAt, device.IsContinuous).ShouldBe((15, 1, Start + Second, Start + 2 * Second, true));
        _lane.States.Get(1).Recent().Length.ShouldBe(2, "a status is no reading");
        _lane.Say(Device(), Start + 4 * Second, Json(Start + Second, "\"battery\":90"), counter: 6).Flags.ShouldBe(ReadingFlags.Status | ReadingFlags.Suspect);
        _lane.View().Device.Battery.ShouldBe(15, "it was sent again, and is no news");
    }

    [Fact]
    public async Task A_single_three_goes_on_for_the_parameter_that_it_was_raised_for_and_ends_when_that_is_well()
    {
        _lane.Book.Settings = AlertSettings.Default.With([new AlertOverride(AlertTypes.RespirationLow, null, null, false)]);
        _lane.Book.Open.Add(new OpenAlert(1, Guid.NewGuid(), AlertCatalogue.Of(AlertTypes.News2Single), AlertPriority.Medium, Start - 120 * Second, Start - 60 * Second, 1)
        {
            Vital = Vital.RespiratoryRate,
            KnownVitals = (1 << (int)Vital.RespiratoryRate) | (1 << (int)Vital.HeartRate),
        });
        _history.Add(Stored(Start, 5, (Vital.HeartRate, 75, 0), (Vital.RespiratoryRate, 8, 0)));
        await RebuildAsync(Start + Second);
        Send(900, "\"hr\":75");
        _lane.Book.Told.Where(told => told.Type == "news2-single").ShouldBeEmpty("respiration is lost: nothing ends");
        Send(301, "\"hr\":75,\"rr\":14");
        _lane.Book.Told.Where(told => told.Type == "news2-single").ShouldHaveSingleItem().Phase.ShouldBe(AlertPhase.Ended);

        void Send(int seconds, string members)
        {
            for (var second = 0; second < seconds; second++)
            {
                _now += Second;
                _lane.Send(Device(), _now, Json(_now, members));
            }
        }
    }

    private long _now = Start + Second;

    private async Task RebuildAsync(long now, params DeviceEntry[] devices)
    {
        var clock = new FixedClock(DateTimeOffset.UnixEpoch.AddMicroseconds(now));
        var rebuild = new Rebuild(_lane.Patients, new FakeDevices(devices.Length > 0 ? devices : [Device()]), _history, new ShippedModel(), _lane.States, _lane.Book, Options.Create(_lane.Options), clock);
        await rebuild.RunAsync(_ => _lane.Processor, TestContext.Current.CancellationToken);
    }

    private static StoredReading Stored(long measuredAt, ulong counter, params (Vital Vital, float Value, int Age)[] values) => Stored(measuredAt, counter, measuredAt, values);

    private static StoredReading Stored(long measuredAt, ulong counter, long receivedAt, params (Vital Vital, float Value, int Age)[] values)
    {
        ReadingContent content = default;
        content.AnomalyScore = float.NaN;
        foreach (var (vital, value, age) in values)
        {
            content.Set((int)vital, value, age);
        }

        return new StoredReading { Key = new ReadingKey(1, 1, 10, KeyId, 7, counter, measuredAt), ReceivedAt = receivedAt, Flags = ReadingFlags.None, Content = content };
    }

    private sealed class StoredHistory : IReadingStore
    {
        private readonly List<StoredReading> _readings = [];

        public void Add(StoredReading reading) => _readings.Add(reading);

        public Task<int> ReadAsync(PatientEntry patient, long from, long until, int? most, ReadingVisitor visit, CancellationToken cancellation) =>
            throw new NotSupportedException("A lane rebuilds itself from the latest readings.");

        public Task ReadLatestAsync(IReadOnlyCollection<PatientEntry> patients, int count, ReadingVisitor visit, CancellationToken cancellation)
        {
            foreach (var reading in _readings)
            {
                visit(in reading);
            }

            return Task.CompletedTask;
        }
    }
}
