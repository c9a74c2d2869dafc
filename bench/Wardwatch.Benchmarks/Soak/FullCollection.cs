using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Wardwatch.Benchmarks.Soak;

/// <summary>
/// Asks another .NET process for a full garbage collection, so that what its heap holds afterwards is alive and not merely uncollected. It goes through the
/// runtime's own diagnostics socket, as dotnet-gcdump does: a trace session whose only keyword is "collect the heap" is opened and closed again.
/// </summary>
/// <remarks>
/// The protocol is described in dotnet/diagnostics, <c>documentation/design-docs/ipc-protocol.md</c>; all numbers are little-endian:
/// <code>
/// | magic "DOTNET_IPC_V1\0" 14 | size of all u16 | command set u8 | command u8 | reserved u16 | payload |
/// </code>
/// </remarks>
internal static class FullCollection
{
    private const int HeaderBytes = 20;
    private const byte EventPipe = 2;
    private const byte StopTracing = 1;
    private const byte CollectTracing2 = 3;
    private const byte ServerSet = 0xFF;
    private const byte AnswerOk = 0;
    private const uint NetTraceFormat = 1;
    private const ulong HeapCollectKeyword = 0x80_0000;
    private const uint InformationalLevel = 4;

    private static ReadOnlySpan<byte> Magic => "DOTNET_IPC_V1\0"u8;

    /// <summary>Has a process collect its whole heap, and returns when it has done so.</summary>
    /// <exception cref="BenchmarkException">The process does not answer.</exception>
    public static async Task RunAsync(int processId, CancellationToken cancellation)
    {
        var path = Directory.EnumerateFiles(Path.GetTempPath(), $"dotnet-diagnostic-{processId}-*-socket").FirstOrDefault()
            ?? throw new BenchmarkException($"Process {processId} has no diagnostics socket in {Path.GetTempPath()}; is DOTNET_EnableDiagnostics=0 set?");
        try
        {
            using var events = await ConnectAsync(path, cancellation);
            var session = await AskAsync(events, CollectTracing2, HeapCollectSession(), cancellation);

            // The session ends when its stop has been asked for on a connection of its own, and only if its stream is read.
            var drained = DrainAsync(events, cancellation);
            using (var stop = await ConnectAsync(path, cancellation))
            {
                await AskAsync(stop, StopTracing, session, cancellation);
            }

            await drained;
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            throw new BenchmarkException($"Process {processId} did not answer on its diagnostics socket: {problem.Message}", problem);
        }
    }

    private static async Task<NetworkStream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
        return new NetworkStream(socket, ownsSocket: true);
    }

    // | buffer, MB u32 | format u32 | rundown u8 | providers u32 | keywords u64 | level u32 | name | no arguments: u32 0 |
    private static byte[] HeapCollectSession()
    {
        using var payload = new MemoryStream();
        using var writer = new BinaryWriter(payload, Encoding.Unicode);
        writer.Write(16u);
        writer.Write(NetTraceFormat);
        writer.Write((byte)0);
        writer.Write(1u);
        writer.Write(HeapCollectKeyword);
        writer.Write(InformationalLevel);
        const string Provider = "Microsoft-Windows-DotNETRuntime\0";
        writer.Write((uint)Provider.Length);
        writer.Write(Encoding.Unicode.GetBytes(Provider));
        writer.Write(0u);
        writer.Flush();
        return payload.ToArray();
    }

    /// <summary>Sends a command and answers the payload of its answer.</summary>
    private static async Task<byte[]> AskAsync(NetworkStream stream, byte command, byte[] payload, CancellationToken cancellation)
    {
        var message = new byte[HeaderBytes + payload.Length];
        Magic.CopyTo(message);
        BinaryPrimitives.WriteUInt16LittleEndian(message.AsSpan(14), (ushort)message.Length);
        message[16] = EventPipe;
        message[17] = command;
        payload.CopyTo(message, HeaderBytes);
        await stream.WriteAsync(message, cancellation);

        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellation);
        if (!header.AsSpan(0, Magic.Length).SequenceEqual(Magic)) throw new IOException("It answers in another protocol.");
        var answer = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(14)) - HeaderBytes];
        await stream.ReadExactlyAsync(answer, cancellation);
        return header[16] == ServerSet && header[17] == AnswerOk ? answer : throw new IOException($"It refuses command {command}.");
    }

    private static async Task DrainAsync(NetworkStream stream, CancellationToken cancellation)
    {
        var buffer = new byte[16 << 10];
        while (await stream.ReadAsync(buffer, cancellation) > 0)
        {
            // What the trace says is of no interest.
        }
    }
}
