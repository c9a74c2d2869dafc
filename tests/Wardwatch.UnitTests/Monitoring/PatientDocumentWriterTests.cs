using System.Text;
using System.Text.Json;
using Shouldly;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Live;
using Wardwatch.Server.Monitoring.Contracts;
using Wardwatch.Server.Platform.Contracts;
using Xunit;
using static Wardwatch.UnitTests.Monitoring.TestWard;

namespace Wardwatch.UnitTests.Monitoring;

/// <summary>Live messages say the same as requests: what is written straight from the state is, byte for byte, what its documents serialise to.</summary>
public sealed class PatientDocumentWriterTests : IDisposable
{
    private readonly LaneRig _lane = new();
    private readonly LiveDocumentWriter _writer = new();

    public void Dispose() => _writer.Dispose();

    [Fact]
    public void A_message_of_a_resting_patient_is_the_document()
    {
        _lane.Send(Device(), Start, Json(Start, Resting));
        Compare(Start + 300_123);
    }

    [Fact]
    public void A_message_of_a_patient_who_calls_for_attention_is_the_document()
    {
        _lane.Send(Device(), Start, Json(Start, "\"hr\":141,\"spo2\":84,\"rr\":30,\"temp\":38.25,\"acvpu\":\"P\",\"o2\":true,\"glucose\":4.05"));
        var view = _lane.View();
        PatientDocumentBuilder.Attention(in view).ShouldNotBeNull();
        Compare(Start);
    }

    [Fact]
    public void A_message_of_a_silent_device_and_of_old_values_is_the_document()
    {
        _lane.Send(Device(), Start, Json(Start));
        _lane.Silence.Tick(Start + 90 * Second, _lane.Group);
        Compare(Start + 90 * Second);
    }

    [Fact]
    public void A_message_of_a_patient_of_whom_nothing_is_known_is_the_document() => Compare(Start);

    [Fact]
    public void A_message_of_any_state_is_the_document()
    {
        var random = new Random(20261121);
        for (var round = 0; round < 300; round++)
        {
            var members = VitalCatalogue.All.ToArray().Where(_ => random.Next(3) > 0)
                .Select(definition => definition.Vital switch
                {
                    Vital.Consciousness => $"\"acvpu\":\"{"ACVPU"[random.Next(5)]}\"",
                    Vital.SupplementalOxygen => $"\"o2\":{(random.Next(2) == 0 ? "true" : "false")}",
                    _ => $"\"{definition.WireKey}\":{Math.Round(definition.PlausibleMin + random.NextDouble() * (definition.PlausibleMax - definition.PlausibleMin), random.Next(3))}",
                }).ToList();
            var at = Start + round * Second + random.Next(1_000_000);
            if (members.Count > 0)
            {
                _lane.Send(Device(), at + random.Next(5000), Json(at, string.Join(',', members)));
            }

            Compare(at + random.Next(100_000_000));
        }
    }

    private void Compare(long now)
    {
        var (patient, view) = (_lane.Patients.Find(1)! with { SpO2Scale = 2 }, _lane.View());
        var vitals = PatientDocumentBuilder.Vitals(in view.Vitals, now);
        var anomaly = PatientDocumentBuilder.Anomaly(in view);
        var news2 = PatientDocumentBuilder.News2(in view, patient.SpO2Scale);
        var attention = PatientDocumentBuilder.Attention(in view);
        var reading = new
        {
            Patient = patient.Id,
            Device = view.MeasuredBy,
            At = UnixTime.ToDateTimeOffset(view.MeasuredAt),
            vitals,
            anomaly,
            news2,
            attention,
            Seq = view.Sequence,
            Late = false,
        };
        var status = new { Patient = patient.Id, Device = PatientDocumentBuilder.Device(in view.Device), vitals, anomaly, news2, attention, Seq = view.Sequence };
        Encoding.UTF8.GetString(_writer.Vitals(patient, in view, now)).ShouldBe(JsonSerializer.Serialize(reading, WireJson.Options));
        Encoding.UTF8.GetString(_writer.Status(patient, in view, now)).ShouldBe(JsonSerializer.Serialize(status, WireJson.Options));
    }
}
