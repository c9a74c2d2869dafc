using System.Net;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Staff.Guessing;

/// <summary>What to do with an attempt before the password is looked at.</summary>
/// <param name="Refused">Null: go on; otherwise nothing is checked, and the time until another attempt may be made.</param>
/// <param name="Delay">How long the answer is held back.</param>
internal readonly record struct GuardVerdict(TimeSpan? Refused, TimeSpan Delay);

/// <summary>
/// Makes guessing slow without locking anybody out. Whoever has signed in to an account from an address before is known there: what others do elsewhere, to
/// that account or from that address, neither delays nor blocks them. Kept in memory; a restart forgets it.
/// </summary>
internal sealed class SignInGuard(IOptions<StaffOptions> options, TimeProvider time)
{
    // Wrong codes after the right password: somebody has the password, and 6 digits do not stand many attempts.
    private const int MostWrongCodes = 10;

    // From so many failures on, from wherever they come, an account counts as being guessed at.
    private const int GuessedAt = 10;

    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan PairWindow = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan AddressWindow = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CodeWindow = TimeSpan.FromMinutes(15);

    private readonly FailureCounts _pairs = new(PairWindow, time);
    private readonly FailureCounts _addresses = new(AddressWindow, time);
    private readonly FailureCounts _accounts = new(AddressWindow, time);
    private readonly FailureCounts _codes = new(CodeWindow, time);

    /// <summary>Judges an attempt.</summary>
    /// <param name="user">The name that was given, whether there is such an account or not: both are treated alike.</param>
    /// <param name="address">From where.</param>
    /// <param name="known">Whether the account's owner has signed in from there before.</param>
    public GuardVerdict Look(string user, IPAddress? address, bool known)
    {
        var spray = _addresses.Of(Address(address));
        if (!known && spray.Count >= options.Value.FailuresPerAddress)
        {
            return new(spray.Left, TimeSpan.Zero);
        }

        var failures = _pairs.Of(Pair(user, address)).Count;
        if (!known)
        {
            failures = Math.Max(failures, _accounts.Of(Account(user)).Count - GuessedAt);
        }

        return new(null, DelayAfter(failures));
    }

    /// <summary>An attempt has failed.</summary>
    public void Failed(string user, IPAddress? address)
    {
        _pairs.Add(Pair(user, address));
        _addresses.Add(Address(address));
        _accounts.Add(Account(user));
    }

    /// <summary>Somebody has signed in: their mistakes before are forgotten. Those of the address are not, or one account of one's own would be enough to go on guessing.</summary>
    public void Succeeded(string user, IPAddress? address) => _pairs.Forget(Pair(user, address));

    /// <summary>How long codes of an account are not looked at, because too many were wrong; null: they are. A known address is not held up by others.</summary>
    public TimeSpan? RefuseCode(Guid account, bool known) =>
        _codes.Of(account.ToString("N")) is { Count: >= MostWrongCodes, Left: var left } && !known ? left : null;

    /// <summary>A code was wrong though the password was right.</summary>
    public void WrongCode(Guid account) => _codes.Add(account.ToString("N"));

    private TimeSpan DelayAfter(int failures)
    {
        if (failures <= 0)
        {
            return TimeSpan.Zero;
        }

        var slowest = TimeSpan.FromSeconds(options.Value.SlowestAnswerSeconds);
        var delay = FirstDelay * Math.Pow(2, Math.Min(failures - 1, 10));
        return delay < slowest ? delay : slowest;
    }

    private static string Pair(string user, IPAddress? address) => $"{SourceNetwork.Of(address)} {Account(user)}";

    private static string Account(string user) => user.ToUpperInvariant();

    private static string Address(IPAddress? address) => SourceNetwork.Of(address).ToString();
}
