namespace Wardwatch.Server.Patients.Import;

/// <summary>Something in a table that cannot be taken.</summary>
/// <param name="Row">The row as a spreadsheet counts: the header is 1.</param>
/// <param name="Field">The column, or null.</param>
/// <param name="Problem">What is wrong; never the content.</param>
internal sealed record ImportProblem(int Row, string? Field, string Problem);

/// <summary>What became of a table.</summary>
/// <param name="Rows">Rows read, without the header.</param>
/// <param name="Registered">Patients registered (with dryRun: who would be); 0 if there is a problem.</param>
/// <param name="Unchanged">Rows that say what is registered already.</param>
/// <param name="Problems">The first hundred.</param>
/// <param name="ProblemCount">How many there are.</param>
internal sealed record ImportReport(int Rows, int Registered, int Unchanged, IReadOnlyList<ImportProblem> Problems, int ProblemCount);

/// <summary>Collects problems: all are counted, the first hundred are kept.</summary>
internal sealed class ImportProblems
{
    private const int Most = 100;

    private readonly List<ImportProblem> _first = [];

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>The first of them by row.</summary>
    public IReadOnlyList<ImportProblem> First => [.. _first.OrderBy(problem => problem.Row)];

    /// <summary>Adds one.</summary>
    public void Add(int row, string? field, string problem)
    {
        Count++;
        if (_first.Count < Most)
        {
            _first.Add(new(row, field, problem));
        }
    }
}

/// <summary>How far an import is.</summary>
/// <param name="Phase">reading, comparing, storing or indexing.</param>
/// <param name="Rows">Rows read so far.</param>
internal readonly record struct ImportProgress(string Phase, int Rows);
