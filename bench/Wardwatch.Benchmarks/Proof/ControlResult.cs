namespace Wardwatch.Benchmarks.Proof;

/// <summary>A fault of ours, and whether the proof has found it.</summary>
/// <param name="Planted">What was planted.</param>
/// <param name="Found">What the proof then said.</param>
/// <param name="IsFound">Whether that is the fault.</param>
internal sealed record ControlResult(string Planted, string Found, bool IsFound);
