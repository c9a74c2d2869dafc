namespace Wardwatch.Server.Audit.Contracts;

/// <summary>Something that an administrator should look at.</summary>
/// <param name="TenantId">The hospital.</param>
/// <param name="Kind">One of <see cref="SecurityEventKinds"/>.</param>
/// <param name="High">Whether it cannot wait.</param>
/// <param name="AccountId">Whom it is about, or null.</param>
/// <param name="Text">What happened, in words; without names of patients.</param>
public sealed record SecurityEvent(int TenantId, string Kind, bool High, Guid? AccountId, string Text);

/// <summary>A stored event, as it is shown.</summary>
public sealed record StoredSecurityEvent(long Id, DateTimeOffset At, SecurityEvent Event);

/// <summary>What a security event can be about.</summary>
public static class SecurityEventKinds
{
    /// <summary>Many records opened one by one.</summary>
    public const string ManyRecords = "many-records";

    /// <summary>Many records opened at night.</summary>
    public const string AtNight = "at-night";

    /// <summary>Several emergency accesses.</summary>
    public const string OutsideWard = "outside-ward";

    /// <summary>Many refusals.</summary>
    public const string Refusals = "refusals";

    /// <summary>Many failed attempts to sign in.</summary>
    public const string SignIn = "sign-in";

    /// <summary>A refresh token that was used twice.</summary>
    public const string TokenReuse = "token-reuse";

    /// <summary>A device whose key is in other hands, or that fights over its session.</summary>
    public const string Device = "device";
}

/// <summary>Raises security events: stored, counted, and shown to administrators at once.</summary>
public interface ISecurityEvents
{
    /// <summary>Raises one. The same again about the same account within an hour is not told twice. Never waits and never fails the caller.</summary>
    void Raise(SecurityEvent found);

    /// <summary>Calls back with each that is stored.</summary>
    event Action<StoredSecurityEvent>? Stored;
}
