using System.Security.Cryptography;
using System.Text;

namespace Wardwatch.Server.AlertPath.Contracts;

/// <summary>
/// With which this process's own receiver opens a live connection to this process: drawn at the start, kept in memory only, good for nothing but the test alerts.
/// </summary>
public sealed class ProbeToken
{
    /// <summary>The header that carries it.</summary>
    public const string Header = "X-Wardwatch-Probe";

    private const int Bytes = 32;

    /// <summary>The token.</summary>
    public string Value { get; } = RandomNumberGenerator.GetHexString(2 * Bytes);

    /// <summary>Whether this is it; takes as long for any other of its length.</summary>
    public bool Matches(string? given) => given is not null && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(given), Encoding.ASCII.GetBytes(Value));
}
