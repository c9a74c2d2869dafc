using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Wardwatch.Devices.Mqtt;

namespace Wardwatch.SystemTests.Harness;

/// <summary>
/// A real Mosquitto with TLS and passwords on a free port, which keeps sessions on disk: the broker that a hospital already has. It runs as the user that its package made;
/// its folder holds nothing but what this test made up.
/// </summary>
public sealed class PrivateMosquitto : IAsyncDisposable
{
    /// <summary>The user and password of the subscriber; devices have their own.</summary>
    public const string User = "wardwatch";

    private static readonly TimeSpan ListensWithin = Poll.Patience;
    private readonly string _folder = Directory.CreateTempSubdirectory("wardwatch-test-").FullName;
    private Process? _process;

    private readonly string _password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));

    /// <summary>Prepares one; it does not run yet.</summary>
    public PrivateMosquitto()
    {
        WriteCertificates();
        File.WriteAllText(PasswordFile, _password + "\n");
    }

    /// <summary>Where it listens, on localhost.</summary>
    public int Port { get; } = ServerProcess.FreePort();

    /// <summary>The authority of its certificate, PEM.</summary>
    public string AuthorityFile => Path.Combine(_folder, "ca.pem");

    /// <summary>A file with the subscriber's password.</summary>
    public string PasswordFile => Path.Combine(_folder, "subscriber.txt");

    /// <summary>Lets these devices in, besides the subscriber.</summary>
    public async Task AdmitAsync(IReadOnlyList<BedsideDevice> devices, CancellationToken cancellation)
    {
        var passwords = Path.Combine(_folder, "passwords");
        await File.WriteAllLinesAsync(passwords, [$"{User}:{_password}", .. devices.Select(device => $"{device.Id}:{device.Token}")], cancellation);
        await Succeed("mosquitto_passwd", "-U", passwords);
        await File.WriteAllLinesAsync(
            Path.Combine(_folder, "mosquitto.conf"),
            [
                $"listener {Port} localhost", "allow_anonymous false", $"password_file {passwords}", "max_queued_messages 0", "max_inflight_messages 100",
                "persistence true", $"persistence_location {_folder}/", "log_type error", $"certfile {_folder}/server.pem", $"keyfile {_folder}/server.key",
            ],
            cancellation);
        if (Environment.UserName == "root")
        {
            await Succeed("chown", "-R", "mosquitto", _folder);
        }

        async Task Succeed(string program, params string[] arguments)
        {
            var result = await Tool.RunAsync(program, arguments, cancellation);
            if (result.ExitCode != 0)
            {
                throw new InvalidOperationException($"{program} failed: {result.Error}");
            }
        }
    }

    /// <summary>A connection of a device to the broker, whose certificate is checked.</summary>
    public async Task<DeviceLink> ConnectAsync(BedsideDevice device, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync("localhost", Port, cancellation);
        var link = new DeviceLink(await DeviceLink.SecureAsync(AuthorityFile, socket, certificate: null, cancellation), MqttVersion.V500);
        var welcome = await link.ConnectAsync(device.Id, device.Token, cancellation);
        return welcome is { Type: MqttPacketType.ConnAck, Reason: MqttReason.Success } ? link : throw new IOException($"Mosquitto refused {device.Id}: {welcome}");
    }

    /// <summary>Starts it, again if it was stopped.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        var program = File.Exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
        _process = Process.Start(new ProcessStartInfo(program, ["-c", Path.Combine(_folder, "mosquitto.conf")]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Poll.UntilAsync(IsListeningAsync, ListensWithin, "Mosquitto listens", cancellation);
    }

    /// <summary>Stops it in order: it writes its sessions to disk.</summary>
    public async Task StopAsync(CancellationToken cancellation)
    {
        if (_process is { HasExited: false } process)
        {
            using var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]);
            await process.WaitForExitAsync(cancellation);
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        using var deadline = new CancellationTokenSource(Poll.Patience);
        await StopAsync(deadline.Token);
        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task<bool> IsListeningAsync()
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, Port, CancellationToken.None);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private void WriteCertificates()
    {
        var from = TimeProvider.System.GetUtcNow().AddDays(-1);
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest("CN=A hospital's own authority", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        using var authority = authorityRequest.CreateSelfSigned(from, from.AddDays(30));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var server = request.Create(authority, from, from.AddDays(20), RandomNumberGenerator.GetBytes(16));
        File.WriteAllText(AuthorityFile, authority.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.pem"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(_folder, "server.key"), key.ExportPkcs8PrivateKeyPem());
    }
}
