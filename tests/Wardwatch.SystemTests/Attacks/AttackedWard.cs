using System.Net;
using System.Net.Sockets;
using Shouldly;
using Wardwatch.Devices.Mqtt;
using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Attacks;

/// <summary>The tests that attack one server; they run one after another, and each sees that a healthy device is served meanwhile.</summary>
[CollectionDefinition(Name)]
public sealed class AttackCollection : ICollectionFixture<AttackedWard>
{
    public const string Name = "attacks";
}

/// <summary>A hospital with short deadlines and small limits, so that reaching them takes seconds and a few hundred connections.</summary>
public sealed class AttackedWard : IAsyncLifetime
{
    public const int MaxUnauthenticated = 90;
    public const int MaxUnauthenticatedPerAddress = 40;
    public const int ConnectsPerMinute = 30;
    public const int TakeOversPerMinute = 4;
    public const int MessagesPerSecond = 400;

    private const int Patients = 120;
    private DemoWard? _ward;

    /// <summary>The hospital.</summary>
    public DemoWard Ward => _ward!;

    public async ValueTask InitializeAsync() => _ward = await DemoWard.StartAsync(
        Patients,
        new(StringComparer.Ordinal)
        {
            ["Wardwatch__Gateway__ConnectSeconds"] = "6", // long enough for a handshake with a machine that is busy with attacks
            ["Wardwatch__Gateway__PacketSeconds"] = "3",
            ["Wardwatch__Gateway__SendSeconds"] = "3",
            ["Wardwatch__Gateway__MaxUnauthenticated"] = $"{MaxUnauthenticated}",
            ["Wardwatch__Gateway__MaxUnauthenticatedPerAddress"] = $"{MaxUnauthenticatedPerAddress}",
            ["Wardwatch__Gateway__ConnectsPerMinute"] = $"{ConnectsPerMinute}",
            ["Wardwatch__Gateway__TakeOversPerMinute"] = $"{TakeOversPerMinute}",
            ["Wardwatch__Gateway__MessagesPerSecond"] = $"{MessagesPerSecond}",
            ["Wardwatch__Gateway__BurstSeconds"] = "1",
        },
        TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_ward is not null)
        {
            await _ward.DisposeAsync();
        }
    }
}

/// <summary>What attacks and those who watch them have in common. Each address of 127.0.0.0/8 is a source of its own.</summary>
internal static class Attack
{
    private static readonly TimeSpan ClosedWithin = Poll.Patience;

    /// <summary>A TCP connection that has said nothing yet.</summary>
    public static async Task<Socket> TcpAsync(ServerProcess server, string from, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(IPAddress.Loopback, server.MqttPort, cancellation);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The same in a flood; null if it was refused so soon that it never seemed open.</summary>
    public static async Task<Socket?> TryTcpAsync(ServerProcess server, string from, CancellationToken cancellation)
    {
        try
        {
            return await TcpAsync(server, from, cancellation);
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionReset)
        {
            return null;
        }
    }

    /// <summary>A connection with TLS that has not sent CONNECT yet.</summary>
    public static async Task<DeviceLink> LinkAsync(ServerProcess server, string from, MqttVersion version, CancellationToken cancellation) =>
        new(await DeviceLink.SecureAsync(server, await TcpAsync(server, from, cancellation), certificate: null, cancellation), version);

    /// <summary>A device that is connected from an address of its own.</summary>
    public static async Task<DeviceLink> OpenAsync(ServerProcess server, BedsideDevice device, string from, CancellationToken cancellation)
    {
        var link = await LinkAsync(server, from, MqttVersion.V500, cancellation);
        (await link.ConnectAsync(device.Id, device.Token, cancellation)).ShouldNotBeNull().Reason.ShouldBe(MqttReason.Success);
        return link;
    }

    /// <summary>Waits until the server has closed a connection, whatever it says before.</summary>
    public static async Task ClosedAsync(Socket socket, CancellationToken cancellation)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(ClosedWithin);
        var space = new byte[4096];
        try
        {
            while (await socket.ReceiveAsync(space, deadline.Token) > 0)
            {
                // an alert of TLS, perhaps
            }
        }
        catch (SocketException)
        {
            // reset
        }
        catch (OperationCanceledException late) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"The server did not close the connection within {ClosedWithin.TotalSeconds:0} s.", late);
        }
    }

    /// <summary>Sends byte by byte, several a second, until the server closes or nothing is left.</summary>
    public static async Task TrickleAsync(Func<ReadOnlyMemory<byte>, Task> send, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(150));
        try
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                await send(bytes.Slice(at, 1));
                await timer.WaitForNextTickAsync(cancellation);
            }
        }
        catch (Exception closed) when (closed is IOException or SocketException or OperationCanceledException)
        {
            // The server has had enough, or the test.
        }
    }

    /// <summary>A reading of a device that is well: acknowledged, and stored once.</summary>
    public static async Task ShouldBeServedAsync(this DemoWard ward, DeviceLink link, BedsideDevice device, CancellationToken cancellation)
    {
        var message = device.Seal(TimeProvider.System.GetUtcNow(), "\"hr\":70");
        (await link.PublishAsync(message, 100, cancellation)).ShouldNotBeNull().ShouldSatisfyAllConditions(
            answer => answer.PacketId.ShouldBe((ushort)100), answer => answer.Reason.ShouldBe(MqttReason.Success));
        (await ward.RowsAsync(device, message, cancellation)).ShouldBe(1);
    }
}
