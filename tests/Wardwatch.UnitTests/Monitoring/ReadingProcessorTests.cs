using Shouldly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Devices.Envelopes;
using Wardwatch.Server.History.Contracts;
using Wardwatch.Server.Monitoring.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>What a lane makes of messages, as timelines: the time a message is received and the time its payload states are both the test's.</summary>
public class ReadingProcessorTests
{
    private readonly LaneRig _lane = new();

    [Fact]
    public void A_reading_becomes_a_row_of_its_patient_and_the_live_state()
    {
        var taken = _lane.Send(Device(), Start, Json(Start, Resting));
        (taken.Reason, taken.Flags & ~ReadingFlags.Suspect, taken.Patient).ShouldBe((RefusalReason.None, ReadingFlags.None, 1));
        taken.Content.Values[(int)Vital.Temperature].ShouldBe(37.1f);
        ((int)taken.Content.News2Min, (int)taken.Content.News2Max).ShouldBe((0, 0));
        taken.Content.AnomalyScore.ShouldBeInRange(0, 1);

        var view = _lane.View();
        view.Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(75);
        view.News2.Complete.ShouldBeTrue();
        view.Device.State.ShouldBe(DeviceState.Online);
        view.ScoredAt.ShouldBe(Start);
        _lane.Changes.All.Count.ShouldBe(1);
        _lane.States.Get(1).Recent().Length.ShouldBe(1);
    }

    [Fact]
    public void Each_reason_to_refuse_a_message_is_told_apart_and_touches_no_patient()
    {
        var device = Device();
        var good = Seal(Json(Start), 1);
        var changed = (byte[])good.Clone();
        changed[^1] ^= 1;
        Refuse(Seal(Json(Start), 1, keyId: 99)).ShouldBe(RefusalReason.UnknownKey);
        Refuse(changed).ShouldBe(RefusalReason.WrongTag);
        Refuse(good[..20]).ShouldBe(RefusalReason.UnreadableEnvelope);
        Refuse([]).ShouldBe(RefusalReason.UnreadableEnvelope);
        Refuse([2, .. good[1..]]).ShouldBe(RefusalReason.UnreadableEnvelope);
        Refuse([1, 9, .. good[2..]]).ShouldBe(RefusalReason.UnsupportedKind);
        Refuse(Seal(Json(Start), 1, kind: EnvelopeKind.EcgWaveform)).ShouldBe(RefusalReason.UnsupportedKind);
        Refuse(Seal("{\"hr\":75}", 1)).ShouldBe(RefusalReason.UnreadablePayload);
        Refuse(Seal(new string('x', 9000), 1)).ShouldBe(RefusalReason.UnreadablePayload);
        Refuse(Seal(Json(Start + 301 * Second), 1)).ShouldBe(RefusalReason.TimeOutOfRange);
        Refuse(Seal(Json(Start - (7 * 86_400 + 1) * Second), 1)).ShouldBe(RefusalReason.TimeOutOfRange);
        _lane.Process(device, Start, good, TopicOf(2)).Reason.ShouldBe(RefusalReason.WrongTag, "sealed for another topic");
        _lane.Process(Device(10, Binding(1, from: Start + Second)), Start, good, TopicOf(1)).Reason.ShouldBe(RefusalReason.NoBinding);
        _lane.Process(Device(10, Binding(77)), Start, good, TopicOf(1)).Reason.ShouldBe(RefusalReason.NoBinding, "a patient who is not there");

        _lane.States.Find(1).ShouldBeNull();
        _lane.Changes.All.ShouldBeEmpty();

        // A message that was not believed has used no counter up.
        (_lane.Process(device, Start, good, TopicOf(1)).Flags & ReadingFlags.Late).ShouldBe(ReadingFlags.None);

        RefusalReason Refuse(byte[] envelope) => _lane.Process(device, Start, envelope, TopicOf(1)).Reason;
    }

    [Fact]
    public void A_defect_met_by_one_message_sets_it_aside_and_the_lane_goes_on()
    {
        _lane.Changes.Defect = 1;
        _lane.Send(Device(), Start, Json(Start)).Reason.ShouldBe(RefusalReason.None, "what screens do with a reading is no reason to refuse it");
        _lane.Changes.Defect = null;
        _lane.Patients.Searched = _ => throw new InvalidOperationException("A planted defect.");
        var batch = new EnvelopeBatch();
        batch.Begin(Device(), new RecordedOwner(), Start);
        batch.Add(TopicOf(1), Seal(Json(Start), 50), 0);
        _lane.Processor.Process(batch, _lane.Group);
        batch.Outcome(0).ShouldBe(RefusalReason.ProcessingFailed);
        _lane.Patients.Searched = null;
        _lane.Send(Device(), Start + Second, Json(Start + Second), counter: 60).Reason.ShouldBe(RefusalReason.None);
    }

    [Fact]
    public void What_the_gateway_refused_is_answered_and_not_read()
    {
        var batch = new EnvelopeBatch();
        batch.Begin(Device(), new RecordedOwner(), Start);
        batch.Add([], [], 1);
        batch.Refuse(0, RefusalReason.NotPermitted);
        batch.Add(TopicOf(1), Seal(Json(Start), 1), 2);
        _lane.Processor.Process(batch, _lane.Group);
        (_lane.Group.Count, _lane.Group.DeadLetters.Count, _lane.Group.Listeners.Count).ShouldBe((1, 0, 1));
        (batch.Outcome(0), batch.Outcome(1)).ShouldBe((RefusalReason.NotPermitted, RefusalReason.None));
    }

    [Fact]
    public void A_late_reading_belongs_to_whoever_wore_the_device_when_it_measured_and_changes_nobodys_live_state()
    {
        // Patient 1 wore it until 09:00:30, patient 2 since.
        var device = Device(10, Binding(1, until: Start + 30 * Second), Binding(2, from: Start + 30 * Second));
        _lane.Send(device, Start + 60 * Second, Json(Start + 60 * Second, "\"hr\":80"), topicOf: 2).Patient.ShouldBe(2);
        var before = (_lane.View(1), _lane.View(2), _lane.Changes.All.Count);

        var late = _lane.Send(device, Start + 61 * Second, Json(Start + 10 * Second, "\"hr\":190"));
        (late.Reason, late.Patient, late.Flags).ShouldBe((RefusalReason.None, 1, ReadingFlags.Late));
        (_lane.View(1).Sequence, _lane.View(2).Sequence, _lane.Changes.All.Count).ShouldBe((before.Item1.Sequence, before.Item2.Sequence, before.Count));
        _lane.View(2).Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(80);
        _lane.States.Get(1).Recent().ShouldBeEmpty();
    }

    [Fact]
    public void The_last_reading_for_a_patient_that_the_device_has_left_does_not_make_that_patient_look_watched()
    {
        // It is the newest of its device; but the device is with patient 2 when it arrives.
        var device = Device(10, Binding(1, until: Start + 30 * Second), Binding(2, from: Start + 30 * Second));
        _lane.Send(device, Start, Json(Start, "\"hr\":70"));
        var last = _lane.Send(device, Start + 35 * Second, Json(Start + 20 * Second, "\"hr\":190"));
        (last.Patient, last.Flags).ShouldBe((1, ReadingFlags.Late));
        _lane.View(1).Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(70);
        _lane.View(1).Device.LastReceivedAt.ShouldBe(Start);
    }

    [Fact]
    public void A_replay_tells_nobody_anything_a_second_time()
    {
        var device = Device();
        var bytes = Seal(Json(Start, Resting), 5);
        _lane.Process(device, Start, bytes, TopicOf(1));
        var sequence = _lane.View().Sequence;
        for (var again = 1; again <= 3; again++)
        {
            var replayed = _lane.Process(device, Start + again * Second, bytes, TopicOf(1));
            replayed.Flags.HasFlag(ReadingFlags.Suspect).ShouldBeTrue("the database is asked whether it holds these very bytes");
        }

        (_lane.View().Sequence, _lane.Changes.All.Count, _lane.States.Get(1).Recent().Length).ShouldBe((sequence, 1, 1));
    }

    [Fact]
    public void A_reading_sent_again_because_its_first_commit_failed_is_not_called_late()
    {
        var device = Device();
        var bytes = Seal(Json(Start, Resting), 5);
        _lane.Process(device, Start, bytes, TopicOf(1));
        _lane.Send(device, Start + Second, Json(Start + Second), counter: 6);
        _lane.Process(device, Start + 2 * Second, bytes, TopicOf(1)).Flags.ShouldBe(ReadingFlags.Suspect);
    }

    [Fact]
    public void A_message_out_of_order_is_stored_as_late_and_does_not_turn_the_live_state_back()
    {
        var device = Device();
        _lane.Send(device, Start, Json(Start, "\"hr\":70"), counter: 1);
        _lane.Send(device, Start + 2 * Second, Json(Start + 2 * Second, "\"hr\":72"), counter: 3);
        var late = _lane.Send(device, Start + 3 * Second, Json(Start + Second, "\"hr\":71"), counter: 2);
        late.Flags.ShouldBe(ReadingFlags.Late);
        _lane.View().Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(72);
        _lane.View().MeasuredAt.ShouldBe(Start + 2 * Second);
    }

    [Fact]
    public void A_reading_older_than_a_minute_on_arrival_is_late_and_still_the_newest_there_is()
    {
        _lane.Send(Device(), Start, Json(Start, "\"hr\":70"), counter: 1);
        _lane.Send(Device(), Start + 61 * Second, Json(Start + Second, "\"hr\":71"), counter: 2).Flags.ShouldBe(ReadingFlags.None);
        _lane.Send(Device(), Start + 90 * Second, Json(Start + 2 * Second, "\"hr\":72"), counter: 3).Flags.ShouldBe(ReadingFlags.Late);
        _lane.View().Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(72);
    }

    [Fact]
    public void A_clock_that_runs_ahead_makes_no_value_look_fresher_than_it_is()
    {
        _lane.Send(Device(), Start, Json(Start + 240 * Second));
        var view = _lane.View();
        view.Vitals.AgeSeconds(Vital.HeartRate, Start + 12 * Second).ShouldBe(12);
        view.ScoredAt.ShouldBe(Start);
        (view.Device.LastMeasuredAt - view.Device.LastReceivedAt).ShouldBe(240 * Second);
    }

    [Fact]
    public void A_device_whose_clock_is_set_right_goes_on_being_live()
    {
        // Four minutes ahead, then corrected: the next reading states an earlier time than the one before.
        _lane.Send(Device(), Start, Json(Start + 240 * Second, "\"hr\":70"));
        var corrected = _lane.Send(Device(), Start + Second, Json(Start + Second, "\"hr\":150"));
        corrected.Flags.ShouldBe(ReadingFlags.None);
        _lane.View().Vitals.ValueOrNaN(Vital.HeartRate).ShouldBe(150);
    }

    [Fact]
    public void A_value_with_its_own_time_keeps_it()
    {
        var cuff = $"\"hr\":75,\"sbp\":{{\"v\":120,\"t\":\"2026-11-20T08:50:00Z\"}}";
        var taken = _lane.Send(Device(), Start, Json(Start, cuff));
        taken.Content.AgeMilliseconds[(int)Vital.SystolicPressure].ShouldBe(600_000);
        taken.Content.AgeMilliseconds[(int)Vital.HeartRate].ShouldBe(0);
        _lane.View().Vitals.AgeSeconds(Vital.SystolicPressure, Start).ShouldBe(600);
    }

    [Fact]
    public void Members_that_nobody_knows_are_kept_as_they_came()
    {
        var taken = _lane.Send(Device(), Start, Json(Start, """ "hr":75,"perfusion":3.20,"sbp":{"v":120,"cuff":"left \"arm\""},"x":[1,{"y":null}] """));
        taken.Unmapped.ShouldBe("""{"perfusion":3.20,"sbp.cuff":"left \"arm\"","x":[1,{"y":null}]}""");
        _lane.Send(Device(), Start + Second, Json(Start + Second)).Unmapped.ShouldBe("");
    }

    [Fact]
    public void As_many_unknown_members_as_a_payload_may_have_are_kept()
    {
        var members = string.Join(',', Enumerable.Range(0, 63).Select(i => $"\"{(char)(0x4E00 + i)}\":\"{new string('x', 40)}\""));
        var taken = _lane.Send(Device(), Start, Json(Start, $"\"glucose\":{{\"v\":5,{members}}}"));
        taken.Reason.ShouldBe(RefusalReason.None);
        System.Text.Json.JsonDocument.Parse(taken.Unmapped).RootElement.EnumerateObject().Count().ShouldBe(63);
    }

    [Fact]
    public void One_implausible_value_is_refused_alone()
    {
        var taken = _lane.Send(Device(), Start, Json(Start, "\"hr\":999,\"spo2\":96"));
        taken.Flags.HasFlag(ReadingFlags.PartlyRefused).ShouldBeTrue();
        (taken.Content.Has((int)Vital.HeartRate), taken.Content.Has((int)Vital.SpO2)).ShouldBe((false, true));
        _lane.View().Vitals.Has(Vital.HeartRate).ShouldBeFalse();
        _lane.Send(Device(), Start + Second, Json(Start + Second));
        _lane.States.Get(1).Recent().Select(reading => reading.PartlyRefused).ShouldBe([true, false]);
    }

    [Fact]
    public void A_reading_that_calls_for_attention_says_since_when_and_is_told_as_a_change_of_state()
    {
        var device = Device();
        _lane.Send(device, Start, Json(Start, Resting));
        _lane.Send(device, Start + Second, Json(Start + Second, "\"hr\":141,\"spo2\":84,\"rr\":30"));
        _lane.Send(device, Start + 2 * Second, Json(Start + 2 * Second, "\"hr\":142,\"spo2\":84,\"rr\":30"));
        _lane.View().Attention.Priority.ShouldBe(AttentionPriority.High);
        _lane.View().AttentionSince.ShouldBe(Start + Second);
        _lane.Changes.All.Select(change => change.Kind.HasFlag(ChangeKind.Status)).ShouldBe([true, true, false]);
    }

    [Fact]
    public void A_device_read_anew_from_its_directory_is_still_the_same_device()
    {
        _lane.Send(Device(), Start, Json(Start));
        _lane.Send(Reloaded(), Start + Second, Json(Start + Second));
        _lane.View().Device.Since.ShouldBe(Start);
        _lane.Changes.All[^1].Kind.ShouldBe(ChangeKind.Reading);

        static Wardwatch.Server.Devices.Contracts.DeviceEntry Reloaded()
        {
            var device = Device();
            return new()
            {
                Number = device.Number,
                TenantId = device.TenantId,
                Id = new string(device.Id.AsSpan()),
                TokenHash = device.TokenHash,
                Keys = device.Keys,
                Bindings = device.Bindings,
            };
        }
    }

    [Fact]
    public void Where_the_second_oxygen_scale_is_ordered_it_is_used()
    {
        var lane = new LaneRig(Patient(1, spO2Scale: 2));
        lane.Send(Device(), Start, Json(Start, "\"spo2\":90,\"o2\":true"));
        lane.View().News2.MinOf(Vital.SpO2).ShouldBe(0);
        _lane.Send(Device(), Start, Json(Start, "\"spo2\":90,\"o2\":true"));
        _lane.View().News2.MinOf(Vital.SpO2).ShouldBe(3);
    }
}
