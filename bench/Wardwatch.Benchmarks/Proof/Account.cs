namespace Wardwatch.Benchmarks.Proof;

/// <summary>What devices say compared with what the database holds and its records decrypt to. Counts of readings, each one device, boot and counter.</summary>
/// <param name="Attempted">Sent at least once, or meant to be.</param>
/// <param name="Acknowledged">With a PUBACK that says success.</param>
/// <param name="Refused">With a PUBACK that says why not.</param>
/// <param name="Stored">In the database.</param>
/// <param name="Lost">Acknowledged and not in the database.</param>
/// <param name="Doubled">In the database more than once, acknowledged or not.</param>
/// <param name="Wrong">With a row whose record does not open, or holds another patient, time or values than were sent.</param>
/// <param name="Foreign">In the database, and nobody sent them.</param>
/// <param name="Unknown">Sent and never answered, since their device forgot them: each may be stored or not.</param>
/// <param name="UnknownStored">How many of these are stored.</param>
/// <param name="OutOfOrder">Acknowledgements in another order than that of the readings, or for nothing.</param>
internal sealed record Account(
    long Attempted, long Acknowledged, long Refused, long Stored, long Lost, long Doubled, long Wrong, long Foreign, long Unknown, long UnknownStored, long OutOfOrder)
{
    /// <summary>True if nothing is there that must not be. Good devices are not refused.</summary>
    public bool IsClean => this is { Lost: 0, Doubled: 0, Wrong: 0, Foreign: 0, Refused: 0, OutOfOrder: 0 };
}
