using Wardwatch.Devices.Payloads;
using Wardwatch.Server.Patients.Contracts;

namespace Wardwatch.Server.History.Contracts;

/// <summary>One reading out of the history, decrypted. A large plain value: hand it by reference.</summary>
public struct StoredReading
{
    /// <summary>Its place: patient, device, key, boot, counter, and when it was measured (unix µs).</summary>
    public required ReadingKey Key;

    /// <summary>When it came, in microseconds since the Unix epoch.</summary>
    public required long ReceivedAt;

    /// <summary>Late, partly refused.</summary>
    public required ReadingFlags Flags;

    /// <summary>Values and scores.</summary>
    public required ReadingContent Content;

    /// <summary>What the device says of itself, where <see cref="Flags"/> has <see cref="ReadingFlags.Status"/>; it then has no content.</summary>
    public StatusPayload Status;
}

/// <summary>The encrypted history, read.</summary>
public interface IReadingStore
{
    /// <summary>
    /// Readings of a patient, without what devices say of themselves, in [<paramref name="from"/>, <paramref name="until"/>), oldest first, decrypted as they stream in.
    /// <paramref name="visit"/> is called for each; when it answers false, reading ends.
    /// </summary>
    /// <param name="patient">Whose.</param>
    /// <param name="from">Microseconds since the Unix epoch.</param>
    /// <param name="until">The end, exclusive.</param>
    /// <param name="most">At most so many rows are read, unreadable ones among them; null: all, and then those of the very same time come in any order. What ends early should say so here, or the database sends the rest for nothing.</param>
    /// <param name="visit">Takes each reading.</param>
    /// <param name="cancellation">Stops reading.</param>
    /// <returns>How many records would not open (damaged or moved rows); they are counted and left out.</returns>
    Task<int> ReadAsync(PatientEntry patient, long from, long until, int? most, ReadingVisitor visit, CancellationToken cancellation);

    /// <summary>
    /// The newest <paramref name="count"/> readings of each patient, or some more, and what their devices said of themselves meanwhile, oldest first within a patient: what a
    /// lane rebuilds itself from.
    /// </summary>
    Task ReadLatestAsync(IReadOnlyCollection<PatientEntry> patients, int count, ReadingVisitor visit, CancellationToken cancellation);
}

/// <summary>Takes one reading; answers whether it wants more.</summary>
public delegate bool ReadingVisitor(in StoredReading reading);
