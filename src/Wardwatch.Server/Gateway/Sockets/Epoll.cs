using System.Buffers.Binary;
using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Wardwatch.Server.Gateway.Sockets;

/// <summary>An epoll instance of the kernel.</summary>
internal sealed class SafeEpollHandle : SafeHandleMinusOneIsInvalid
{
    public SafeEpollHandle(nint handle)
        : base(ownsHandle: true) => SetHandle(handle);

    protected override bool ReleaseHandle() => Epoll.Close((int)handle) == 0;
}

/// <summary>epoll(7), as much of it as is needed.</summary>
[SuppressMessage("Interoperability", "SYSLIB1054", Justification = "What it would generate needs unsafe code, which this product has nowhere; these calls pass plain numbers and arrays.")]
internal static class Epoll
{
    private const int CloseOnExec = 0x80000;
    private const int AddSocket = 1;
    private const uint In = 0x001;
    private const uint PeerClosed = 0x2000;
    private const uint EdgeTriggered = 1u << 31;
    private const uint Failed = 0x008;
    private const uint HungUp = 0x010;
    private const int Interrupted = 4;

    // struct epoll_event { uint32_t events; uint64_t data; } is packed on x86-64 only.
    private static readonly int DataOffset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <summary>Bytes of one event.</summary>
    public static readonly int EventBytes = DataOffset + 8;

    /// <exception cref="Win32Exception">The kernel refuses, for want of files or memory.</exception>
    public static SafeEpollHandle Create()
    {
        var handle = new SafeEpollHandle(epoll_create1(CloseOnExec));
        return handle.IsInvalid ? throw new Win32Exception(Marshal.GetLastPInvokeError()) : handle;
    }

    /// <summary>Tells of each time that a socket becomes readable, under a number.</summary>
    /// <exception cref="Win32Exception">The kernel refuses.</exception>
    public static void Watch(SafeEpollHandle epoll, SafeHandle socket, long number)
    {
        var what = new byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(what, In | PeerClosed | EdgeTriggered);
        BinaryPrimitives.WriteInt64LittleEndian(what.AsSpan(DataOffset), number);
        if (epoll_ctl(epoll, AddSocket, socket, what) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    /// <summary>Waits for events; answers how many there are.</summary>
    /// <exception cref="Win32Exception">The kernel refuses, which it never should.</exception>
    public static int Wait(SafeEpollHandle epoll, byte[] events, int milliseconds)
    {
        var count = epoll_wait(epoll, events, events.Length / EventBytes, milliseconds);
        if (count >= 0)
        {
            return count;
        }

        return Marshal.GetLastPInvokeError() is Interrupted ? 0 : throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    /// <summary>Under which number the socket of an event is watched.</summary>
    public static long NumberOf(byte[] events, int index) => BinaryPrimitives.ReadInt64LittleEndian(events.AsSpan(index * EventBytes + DataOffset));

    /// <summary>True if nothing comes any more behind what is there.</summary>
    public static bool HasEnded(byte[] events, int index) => (BinaryPrimitives.ReadUInt32LittleEndian(events.AsSpan(index * EventBytes)) & (PeerClosed | HungUp | Failed)) != 0;

    /// <summary>Closes a descriptor.</summary>
    public static int Close(int descriptor) => close(descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_create1(int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_ctl(SafeEpollHandle epoll, int operation, SafeHandle socket, byte[] what);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int epoll_wait(SafeEpollHandle epoll, [Out] byte[] events, int most, int milliseconds);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
