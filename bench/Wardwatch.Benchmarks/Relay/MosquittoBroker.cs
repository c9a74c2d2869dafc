using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;
using Wardwatch.Server.Platform.Processes;

namespace Wardwatch.Benchmarks.Relay;

/// <summary>
/// A Mosquitto of our own on a free port: nothing is kept on disk, nobody is refused, and nothing is dropped for want of room in a queue, so that what it is
/// compared with is its best. It ends when this is disposed of.
/// </summary>
internal sealed class MosquittoBroker : IAsyncDisposable
{
    /// <summary>The name of its process.</summary>
    public const string ProcessName = "mosquitto";

    private readonly WatchedProcess _process;

    private MosquittoBroker(WatchedProcess process, string data, int port) => (_process, Data, Port) = (process, data, port);

    /// <summary>A folder with invented devices and the authority of the broker's certificate, as the load generator reads them.</summary>
    public string Data { get; }

    public int Port { get; }

    /// <summary>The program, or null where it is not installed. Debian keeps it where only root looks.</summary>
    public static string? FindProgram() => ExecutableFinder.OnPath("mosquitto") ?? (File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : null);

    /// <summary>Starts a broker and waits until it listens.</summary>
    /// <exception cref="BenchmarkException">It does not.</exception>
    public static async Task<MosquittoBroker> StartAsync(string program, bool plain, int devices, CancellationToken cancellation)
    {
        var (data, port) = (Programs.NewFolder(), Programs.FreePort());
        WriteDevices(data, devices);
        WriteCertificates(data);
        List<string> settings =
        [
            $"listener {port} 127.0.0.1", "allow_anonymous true", "persistence false", "set_tcp_nodelay true", "max_inflight_messages 0", "max_queued_messages 0",
            "user root", "log_type error", // without a user of its own it keeps ours, which may read the certificate
        ];
        if (!plain) settings.AddRange([$"certfile {data}/server.pem", $"keyfile {data}/server.key"]);
        var configuration = Path.Combine(data, "mosquitto.conf");
        await File.WriteAllLinesAsync(configuration, settings, cancellation);

        var process = WatchedProcess.Start([program, "-c", configuration], "TERM", new Dictionary<string, string?>(StringComparer.Ordinal), onLine: null);
        var broker = new MosquittoBroker(process, data, port);
        try
        {
            await broker.WaitUntilListeningAsync(cancellation);
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await _process.StopAsync(deadline.Token);
        _process.Dispose();
        Directory.Delete(Data, recursive: true);
    }

    private async Task WaitUntilListeningAsync(CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            if (_process.Exited.IsCompleted) throw new BenchmarkException($"Mosquitto did not start:\n{_process.LastLines}");
            try
            {
                using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync("127.0.0.1", Port, cancellation);
                return;
            }
            catch (SocketException) when (attempt < 200)
            {
                await Task.Delay(50, cancellation);
            }
        }
    }

    private static void WriteDevices(string data, int count)
    {
        var devices = Enumerable.Range(1, count).Select(number => new
        {
            device = $"L-{number}",
            keyId = 1,
            key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
            token = "none",
            topic = $"hospital/demo/ward/ward-1/patient/p-{number:0000}",
            simulated = false,
        });
        File.WriteAllBytes(Path.Combine(data, "device-keys.json"), JsonSerializer.SerializeToUtf8Bytes(devices));
    }

    // P-256 and an authority above, as Wardwatch has them, so that both pay the same for TLS.
    private static void WriteCertificates(string data)
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=Benchmark authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(from, from.AddDays(30));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(authority, from, from.AddDays(20), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(Path.Combine(data, "ca.pem"), authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(data, "server.pem"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(data, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
