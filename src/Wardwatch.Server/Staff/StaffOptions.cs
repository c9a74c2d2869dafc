using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Staff;

/// <summary>What can be set about signing in: configuration section <c>Wardwatch:Staff</c>, environment <c>Wardwatch__Staff__Name</c>.</summary>
public sealed class StaffOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Staff";

    /// <summary>How often one address may try to sign in to one account in a minute.</summary>
    [Range(1, 10_000)]
    public int SignInsPerMinute { get; set; } = 5;

    /// <summary>How many attempts of one address may fail in five minutes, over all accounts, before it must wait; those who have signed in from there before need not.</summary>
    [Range(1, 100_000)]
    public int FailuresPerAddress { get; set; } = 30;

    /// <summary>The longest that an answer is held back after wrong ones, in seconds.</summary>
    [Range(0, 30)]
    public double SlowestAnswerSeconds { get; set; } = 5;

    /// <summary>For how long an address is known after somebody has signed in from it, in days.</summary>
    [Range(1, 365)]
    public int KnownAddressDays { get; set; } = 30;

    /// <summary>How long an access token is good, in minutes.</summary>
    [Range(1, 60)]
    public int AccessTokenMinutes { get; set; } = 15;

    /// <summary>How long a refresh token is good if nobody uses it, in days.</summary>
    [Range(1, 90)]
    public int RefreshTokenDays { get; set; } = 7;

    /// <summary>Whether everybody who works in the hospital must show a second factor. Patients and programs need none.</summary>
    public bool SecondFactorRequired { get; set; } = true;

    /// <summary>After how long without a touch the page locks the session, in seconds; 0 never.</summary>
    [Range(0, 86_400)]
    public int IdleLockSeconds { get; set; } = 300;

    /// <summary>Rounds of PBKDF2-HMAC-SHA-512 for passwords and PINs; those hashed with fewer are hashed again when their owner signs in.</summary>
    [Range(210_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>Threads that hash passwords; 0 takes as many as there are processors, at most 8.</summary>
    [Range(0, 64)]
    public int HashingThreads { get; set; }

    /// <summary>Passwords that may wait to be hashed; beyond that, people are asked to try again.</summary>
    [Range(1, 10_000)]
    public int QueuedHashes { get; set; } = 64;

    /// <summary>After how many days a new key signs the access tokens.</summary>
    [Range(1, 3650)]
    public int SigningKeyDays { get; set; } = 30;
}
