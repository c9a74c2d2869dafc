using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>Who was erased: opaque ids of the hospital and the patient.</summary>
public readonly record struct ErasedPatient(string Hospital, string Patient);

/// <summary>
/// The list of who was erased, beside the master key and not in the database: a restored backup, in which they still have a key, does not bring them back.
/// <code>time hospital patient check</code>
/// The check is the beginning of the SHA-256 of what stands before it: a line that a crash cut short names nobody else.
/// </summary>
public sealed class ErasedPatients(DataFolder data, TimeProvider time)
{
    private const int CheckDigits = 16;
    private const int Attempts = 100;
    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromMilliseconds(20);

    /// <summary>Adds a patient; on disk when this ends.</summary>
    public async Task NoteAsync(ErasedPatient erased, DateTimeOffset at, CancellationToken cancellation)
    {
        await using var file = await OpenAsync(cancellation);
        file.Seek(0, SeekOrigin.End);

        // A line feed before as well: what a crash may have left of another line is not this one's beginning.
        await file.WriteAsync(Encoding.UTF8.GetBytes((file.Position > 0 ? "\n" : "") + Line(erased, at) + "\n"), cancellation);
        file.Flush(flushToDisk: true);
    }

    /// <summary>Everybody on the list.</summary>
    public async Task<HashSet<ErasedPatient>> ReadAsync(CancellationToken cancellation)
    {
        if (!File.Exists(data.ErasedPatients))
        {
            return [];
        }

        await using var file = await OpenAsync(cancellation);
        using var reader = new StreamReader(file);
        var all = new HashSet<ErasedPatient>();
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            if (Parse(line) is { } erased)
            {
                all.Add(erased);
            }
        }

        return all;
    }

    /// <summary>A line of the list.</summary>
    internal static string Line(ErasedPatient erased, DateTimeOffset at)
    {
        var content = string.Create(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ} {erased.Hospital} {erased.Patient}");
        return $"{content} {CheckOf(content)}";
    }

    /// <summary>Reads a line; null if it is none.</summary>
    internal static ErasedPatient? Parse(string line)
    {
        var end = line.LastIndexOf(' ');
        return end > 0 && line[(end + 1)..] == CheckOf(line[..end]) && line.Split(' ') is [_, var hospital, var patient, _] ? new(hospital, patient) : null;
    }

    private static string CheckOf(string content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)))[..CheckDigits];

    // A command beside the server may be writing just now.
    private async Task<FileStream> OpenAsync(CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return PrivateFile.OpenExclusive(data.ErasedPatients);
            }
            catch (IOException) when (attempt < Attempts)
            {
                await Task.Delay(BetweenAttempts, time, cancellation);
            }
        }
    }
}
