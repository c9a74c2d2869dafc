namespace Wardwatch.Server.Staff;

/// <summary>What an endpoint is open to besides sessions in good order, as metadata of it. Without one it is open to those alone.</summary>
/// <param name="WhileLocked">To a session that is locked.</param>
/// <param name="WhileUnenrolled">To somebody who must set up a second factor first.</param>
internal sealed record SessionRule(bool WhileLocked, bool WhileUnenrolled)
{
    /// <summary>Open to sessions in good order alone.</summary>
    public static SessionRule Strict { get; } = new(WhileLocked: false, WhileUnenrolled: false);
}
