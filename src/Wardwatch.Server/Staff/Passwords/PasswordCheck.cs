using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Staff.Passwords;

/// <summary>What came of a password.</summary>
internal enum PasswordOutcome
{
    /// <summary>It is wrong, or there is no such account; both take the same time.</summary>
    Wrong,

    /// <summary>It is right.</summary>
    Right,

    /// <summary>Too many are being hashed at this moment.</summary>
    Busy,
}

/// <summary>Checks passwords on threads of their own, at the same cost for everybody.</summary>
internal sealed class PasswordCheck
{
    // Where Identity's format keeps the number of rounds: 1 byte of format, 4 of the function, 4 of rounds, big-endian.
    private const int RoundsAt = 5;
    private const byte Format = 1;

    private static readonly StaffAccount Nobody = new() { Name = "", Role = "" };

    private readonly IPasswordHasher<StaffAccount> _hasher;
    private readonly HashingThreads _threads;
    private readonly int _rounds;
    private readonly string _dummy;

    public PasswordCheck(IPasswordHasher<StaffAccount> hasher, HashingThreads threads, IOptions<StaffOptions> options)
    {
        (_hasher, _threads, _rounds) = (hasher, threads, options.Value.PasswordIterations);

        // A hash of a password that nobody has, made like all others: checking against it makes an unknown user cost as much as a known one.
        _dummy = hasher.HashPassword(Nobody, RandomNumberGenerator.GetHexString(32));
    }

    /// <summary>Checks a password against a stored hash, or against nobody's.</summary>
    /// <returns>The outcome, and a hash to be stored instead if the old one has too few rounds.</returns>
    public async Task<(PasswordOutcome Outcome, string? Better)> CheckAsync(string? stored, string password) =>
        _threads.TryRun(() => Check(stored, password), out var checking) ? await checking : (PasswordOutcome.Busy, null);

    /// <summary>Hashes a new password. False: too many are being hashed.</summary>
    public bool TryHash(string password, out Task<string> hash) => _threads.TryRun(() => _hasher.HashPassword(Nobody, password), out hash);

    private (PasswordOutcome, string?) Check(string? stored, string password)
    {
        var result = _hasher.VerifyHashedPassword(Nobody, stored ?? _dummy, password);
        if (stored is null || result == PasswordVerificationResult.Failed)
        {
            Level(stored ?? _dummy, password);
            return (PasswordOutcome.Wrong, null);
        }

        return (PasswordOutcome.Right, result == PasswordVerificationResult.SuccessRehashNeeded ? _hasher.HashPassword(Nobody, password) : null);
    }

    /// <summary>An account that was not used since the rounds were raised would answer sooner than an unknown one: it gets the rest of the work.</summary>
    private void Level(string stored, string password)
    {
        Span<byte> decoded = stackalloc byte[128];
        if (Convert.TryFromBase64String(stored, decoded, out var length) && length > RoundsAt + sizeof(int) && decoded[0] == Format)
        {
            var missing = _rounds - BinaryPrimitives.ReadInt32BigEndian(decoded[RoundsAt..]);
            if (missing > 0)
            {
                Rfc2898DeriveBytes.Pbkdf2(password, decoded[..16], missing, HashAlgorithmName.SHA512, 32);
            }
        }
    }
}
