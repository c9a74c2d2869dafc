namespace Wardwatch.Server.Access.Contracts;

/// <summary>
/// Tells what stays open (a socket, a stream, the hub) that its caller may no longer be served as they were when it was opened.
/// </summary>
public interface ISessionWatch
{
    /// <summary>
    /// Calls <paramref name="ended"/> once when the session is revoked or locked, the account is removed or disabled, its role, wards, patients or emergency
    /// accesses change, or <see cref="Caller.Until"/> has passed.
    /// </summary>
    /// <param name="caller">Who is served.</param>
    /// <param name="ended">
    /// Called from a thread of the pool, never within this method and never after the watch was disposed of before it was due; it must not throw.
    /// It is called as well when it was due before the watch began, so that nothing is missed between the check of the token and this call.
    /// </param>
    /// <returns>Ends the watch. Disposing of it more than once, or after the call, does nothing.</returns>
    IDisposable Watch(Caller caller, Action ended);
}
