using System.Globalization;
using System.Text.RegularExpressions;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Server.Platform.Postgres;

/// <summary>An installed PostgreSQL.</summary>
/// <param name="Folder">Where <c>initdb</c>, <c>postgres</c> and <c>pg_ctl</c> lie.</param>
/// <param name="Major">The major version.</param>
internal sealed partial record PostgresPrograms(string Folder, int Major)
{
    /// <summary>The oldest version that Wardwatch runs on.</summary>
    public const int OldestMajor = 15;

    private const string Install = "Install it (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17), or give a database of your own in ConnectionStrings__Wardwatch.";

    // Distributions keep the programs of each version in a folder of its own, outside PATH.
    private static readonly (string Parent, string Pattern, string Below)[] VersionedFolders =
    [
        ("/usr/lib/postgresql", "*", "bin"),
        ("/usr", "pgsql-*", "bin"),
        ("/opt/homebrew/opt", "postgresql*", "bin"),
        ("/usr/local/opt", "postgresql*", "bin"),
        ("/home/linuxbrew/.linuxbrew/opt", "postgresql*", "bin"),
    ];

    /// <summary>The full path of one of the programs.</summary>
    public string Path(string program) => System.IO.Path.Combine(Folder, program);

    /// <summary>Finds the newest installed PostgreSQL, or the one that an existing cluster needs.</summary>
    /// <param name="givenFolder">The folder that the options name, or null.</param>
    /// <param name="neededMajor">The version of the existing cluster, or null when there is none.</param>
    /// <param name="cancellation">Stops the search.</param>
    /// <exception cref="StartupException">None fits.</exception>
    public static async Task<PostgresPrograms> FindAsync(string? givenFolder, int? neededMajor, CancellationToken cancellation)
    {
        var found = new List<PostgresPrograms>();
        foreach (var folder in givenFolder is null ? Candidates() : [givenFolder])
        {
            if (await MajorOfAsync(folder, cancellation) is { } major)
            {
                found.Add(new PostgresPrograms(folder, major));
            }
        }

        if (found.Count == 0)
        {
            throw new StartupException(givenFolder is null ? "PostgreSQL is not installed." : $"There is no PostgreSQL in {givenFolder}.", Install);
        }

        var best = neededMajor is null ? found.MaxBy(p => p.Major)! : found.FirstOrDefault(p => p.Major == neededMajor);
        if (best is null)
        {
            throw new StartupException($"The data of this installation was written by PostgreSQL {neededMajor}, which is not installed (found: {string.Join(", ", found.Select(p => p.Major).Distinct().Order())}).",
                $"Install PostgreSQL {neededMajor}, or move the data to the newer one with its pg_upgrade.");
        }

        return best.Major >= OldestMajor
            ? best
            : throw new StartupException($"PostgreSQL {best.Major} in {best.Folder} is too old: {OldestMajor} or newer is needed.", Install);
    }

    private static IEnumerable<string> Candidates() =>
        ExecutableFinder.SearchFolders
            .Concat(VersionedFolders
                .Where(place => Directory.Exists(place.Parent))
                .SelectMany(place => Directory.GetDirectories(place.Parent, place.Pattern).Select(folder => System.IO.Path.Combine(folder, place.Below))))
            .Where(folder => File.Exists(System.IO.Path.Combine(folder, "initdb")) && File.Exists(System.IO.Path.Combine(folder, "postgres")));

    private static async Task<int?> MajorOfAsync(string folder, CancellationToken cancellation)
    {
        var program = System.IO.Path.Combine(folder, "postgres");
        if (!File.Exists(program))
        {
            return null;
        }

        var answer = await ShortCommand.RunAsync([program, "--version"], cancellation);
        var match = Version().Match(answer.Output);
        return match.Success ? int.Parse(match.Groups["major"].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"\(PostgreSQL\) (?<major>\d+)", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Version();
}
