using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Wardwatch.Server.Gateway;
using Wardwatch.Server.Platform.Contracts;
using Wardwatch.UnitTests.Monitoring;
using Xunit;

namespace Wardwatch.UnitTests.Gateway;

/// <summary>A connection to the port for conformance suites, over pipes in memory, from its first byte.</summary>
internal sealed class ConformanceRig : IDisposable
{
    private static readonly TimeSpan Patience = Waiting.Patience;
    private readonly Sessions _sessions;
    private readonly MqttConnectionHandler _handler;
    private readonly Pipe _toServer = new();
    private readonly Pipe _toClient = new();
    private readonly WatchedWriter _toClientWatched;
    private readonly Task _served;

    public ConformanceRig()
    {
        var metrics = new GatewayMetrics(new UnreadMeters(), TimeProvider.System);
        var (policy, options) = (new ConformancePolicy(), new GatewayOptions { MaxKeepAliveSeconds = ushort.MaxValue });
        var warnings = new GatewayWarnings(metrics, NullLogger<GatewayWarnings>.Instance, TimeProvider.System);
        var gate = new ConnectionGate(options, warnings, metrics, TimeProvider.System, NullLogger<ConnectionGate>.Instance);
        _sessions = new Sessions(policy.Devices, metrics, new NodeDrain(), TimeProvider.System);
        _handler = new MqttConnectionHandler(policy, _sessions, gate, metrics, warnings, options, TimeProvider.System, NullLogger<MqttConnectionHandler>.Instance);
        _toClientWatched = new WatchedWriter(_toClient.Writer, _sessions);
        _served = ServeAsync();
    }

    /// <summary>How many sessions were known each time that bytes went off to the client.</summary>
    public IReadOnlyList<int?> KnownAsItWasSent => _toClientWatched.Known;

    /// <summary>Sends bytes, all at once or each by itself.</summary>
    public async Task SendAsync(byte[] bytes, bool bytewise)
    {
        for (var at = 0; at < bytes.Length; at += bytewise ? 1 : bytes.Length)
        {
            var sent = await _toServer.Writer.WriteAsync(bytewise ? bytes.AsMemory(at, 1) : bytes, TestContext.Current.CancellationToken);
            if (sent.IsCompleted)
            {
                return; // closed already
            }
        }
    }

    /// <summary>Receives so many bytes, or fewer if the server closes before.</summary>
    public async Task<byte[]> ReceiveAsync(int count)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Patience);
        var result = await _toClient.Reader.ReadAtLeastAsync(count, deadline.Token);
        var taken = result.Buffer.Slice(0, Math.Min(count, result.Buffer.Length));
        byte[] bytes = [.. System.Buffers.BuffersExtensions.ToArray(taken)];
        _toClient.Reader.AdvanceTo(taken.End);
        return bytes;
    }

    /// <summary>Waits until the server closes, and answers what it sent until then.</summary>
    public async Task<byte[]> ReceiveToEndAsync()
    {
        await _served.WaitAsync(Patience, TestContext.Current.CancellationToken);
        return await ReceiveAsync(int.MaxValue);
    }

    /// <summary>The client hangs up.</summary>
    public async Task HangUpAsync()
    {
        await _toServer.Writer.CompleteAsync();
        await _served.WaitAsync(Patience, TestContext.Current.CancellationToken);
    }

    public void Dispose() => _sessions.Dispose();

    private async Task ServeAsync()
    {
        await using var connection = new DefaultConnectionContext("test", new Duplex(_toServer.Reader, _toClientWatched), new Duplex(_toClient.Reader, _toServer.Writer));
        await _handler.OnConnectedAsync(connection);
        await _toServer.Reader.CompleteAsync();
        await _toClient.Writer.CompleteAsync();
    }

    /// <summary>Looks which sessions there are just before the client can read what it is sent.</summary>
    private sealed class WatchedWriter(PipeWriter client, Sessions sessions) : PipeWriter
    {
        public List<int?> Known { get; } = [];

        public override void Advance(int bytes) => client.Advance(bytes);

        public override Memory<byte> GetMemory(int sizeHint = 0) => client.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => client.GetSpan(sizeHint);

        public override void CancelPendingFlush() => client.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => client.Complete(exception);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            var figures = new NodeFigures();
            sessions.Tell(figures);
            Known.Add(figures.Devices);
            return client.FlushAsync(cancellationToken);
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
