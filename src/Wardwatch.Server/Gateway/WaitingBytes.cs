namespace Wardwatch.Server.Gateway;

/// <summary>
/// What all connections together have waiting for full lanes. While it is too much, none reads on: a limit for each connection alone would, over ten
/// thousand of them, be no limit.
/// </summary>
internal sealed class WaitingBytes(long most)
{
    private long _bytes;

    /// <summary>Bytes that wait now.</summary>
    public long Count => Volatile.Read(ref _bytes);

    /// <summary>Whether more may wait.</summary>
    public bool HasRoom => Count < most;

    /// <summary>Corrects what one connection has told before. Called only while its lane is full, and once more when it no longer is.</summary>
    /// <param name="told">What it told last; becomes <paramref name="bytes"/>.</param>
    /// <param name="bytes">What it has waiting now.</param>
    public void Tell(ref int told, int bytes)
    {
        if (told != bytes)
        {
            Interlocked.Add(ref _bytes, bytes - told);
            told = bytes;
        }
    }
}
