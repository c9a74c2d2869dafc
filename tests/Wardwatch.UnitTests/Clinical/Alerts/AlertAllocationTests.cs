using Shouldly;
using Wardwatch.Clinical.Alerts;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Xunit;

namespace Wardwatch.UnitTests.Clinical.Alerts;

/// <summary>What a step allocates: nothing, whether something changes or not.</summary>
public class AlertAllocationTests
{
    [Fact]
    public void A_step_allocates_nothing()
    {
        var memory = new AlertMemory();
        var transitions = new AlertTransition[AlertCatalogue.Count];
        var vitals = new VitalSet();
        long now = Bedside.Start;
        int told = 0;
        Allocations.Of(() =>
        {
            // Ten minutes in which the patient gets ill, is silent for a while, and well again.
            for (int i = 0; i < 600; i++)
            {
                now += 1_000_000;
                bool ill = i is > 100 and < 300, silent = i is > 400 and < 500;
                if (!silent)
                {
                    vitals.Update(Vital.HeartRate, ill ? 135 : 80, now);
                    vitals.Update(Vital.SpO2, ill ? 84 : 97, now);
                    vitals.Update(Vital.RespiratoryRate, ill ? 30 : 14, now);
                    vitals.Update(Vital.SystolicPressure, ill ? 85 : 125, now);
                }

                var score = News2.Score(in vitals, now, ScoreWindow.Default, SpO2Scale.One);
                var input = new AlertInput(in vitals, in score, now) { DeviceHeardAt = silent ? now - ((i - 400) * 1_000_000L) : now, AnomalyScore = ill ? 0.7 : 0.4, AnomalyCompleteness = 1 };
                told += AlertEngine.Step(memory, AlertSettings.Default, in input, transitions);
            }
        }).ShouldBe(0, "for 600 steps");
        told.ShouldBeGreaterThan(10);
    }
}
