using Wardwatch.Clinical.Anomaly;
using Wardwatch.Clinical.Scores;
using Wardwatch.Clinical.Vitals;
using Wardwatch.Server.Models.Contracts;
using Wardwatch.Server.Monitoring.Contracts;

namespace Wardwatch.Server.Monitoring;

/// <summary>The scores of one moment.</summary>
internal struct Scores
{
    public AnomalyView Anomaly;
    public News2Score News2;
    public long At;
}

/// <summary>Computes all scores of a set of vitals. Stateless but for scratch space; an instance belongs to one lane.</summary>
internal sealed class Scoring(IAnomalyModels models)
{
    private readonly float[] _contributions = new float[VitalCatalogue.Count];

    /// <summary>Scores what was known at <paramref name="at"/>; values too old by then count as missing.</summary>
    /// <param name="vitals">The latest values, each with its time.</param>
    /// <param name="at">Microseconds since the Unix epoch.</param>
    /// <param name="spO2Scale">1, or 2 where ordered.</param>
    public Scores Score(in VitalSet vitals, long at, int spO2Scale) => new()
    {
        At = at,
        News2 = News2.Score(in vitals, at, ScoreWindow.Default, spO2Scale == 2 ? SpO2Scale.Two : SpO2Scale.One),
        Anomaly = ScoreAnomaly(in vitals, at),
    };

    private AnomalyView ScoreAnomaly(in VitalSet vitals, long at)
    {
        var model = models.Active;
        var contributions = _contributions.AsSpan(0, model.Features.Length);
        var score = model.Score(in vitals, at, ScoreWindow.Default, contributions);
        var view = new AnomalyView { Score = (float)score.Value, Completeness = (float)score.Completeness, Model = model.Document.Name };

        // The strongest few, by insertion: the row is short. A missing feature contributes nothing.
        for (var feature = 0; feature < contributions.Length; feature++)
        {
            if (contributions[feature] != 0)
            {
                Insert(ref view, new AnomalyView.Driver(model.Features[feature], contributions[feature]));
            }
        }

        return view;
    }

    private static void Insert(ref AnomalyView view, AnomalyView.Driver driver)
    {
        var at = view.Count;
        while (at > 0 && MathF.Abs(view.Drivers[at - 1].Contribution) < MathF.Abs(driver.Contribution))
        {
            if (at < AnomalyView.DriverCount)
            {
                view.Drivers[at] = view.Drivers[at - 1];
            }

            at--;
        }

        if (at < AnomalyView.DriverCount)
        {
            view.Drivers[at] = driver;
            view.Count = (byte)Math.Min(view.Count + 1, AnomalyView.DriverCount);
        }
    }
}
