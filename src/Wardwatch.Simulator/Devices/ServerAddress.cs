using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Wardwatch.Simulator.Devices;

/// <summary>Opens a byte stream to the server.</summary>
public delegate Task<Stream> Dial(CancellationToken cancellation);

/// <summary>Where the server is and whom to trust there: MQTT over TLS 1.2 or 1.3, with one certificate authority and no other.</summary>
public sealed class ServerAddress
{
    private readonly string _host;
    private readonly int _port;
    private readonly X509Certificate2Collection _authorities;

    /// <param name="host">Name or address; the server's certificate must name it.</param>
    /// <param name="port">Usually 8883.</param>
    /// <param name="authorities">The certificate authorities that are trusted.</param>
    public ServerAddress(string host, int port, X509Certificate2Collection authorities)
    {
        _host = host;
        _port = port;
        _authorities = authorities;
    }

    /// <summary>Reads the certificate authority.</summary>
    /// <exception cref="SimulatorException">It is missing or no certificate.</exception>
    public static X509Certificate2Collection ReadAuthorities(string path)
    {
        try
        {
            var authorities = new X509Certificate2Collection();
            authorities.ImportFromPem(File.ReadAllText(path));
            return authorities.Count > 0 ? authorities : throw new SimulatorException(ExitCode.Credentials, $"{path} holds no certificate.");
        }
        catch (Exception problem) when (problem is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SimulatorException(ExitCode.Credentials, $"There is no {path}. The demo server writes it at its first start; give its folder with --data.", problem);
        }
        catch (Exception problem) when (problem is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new SimulatorException(ExitCode.Credentials, $"{path} cannot be read: {problem.Message}", problem);
        }
    }

    /// <summary>Opens a connection. Throws what sockets and TLS throw.</summary>
    public async Task<Stream> DialAsync(CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        SslStream? tls = null;
        try
        {
            await socket.ConnectAsync(_host, _port, cancellation);
            tls = new SslStream(new NetworkStream(socket, ownsSocket: true), leaveInnerStreamOpen: false);
            await tls.AuthenticateAsClientAsync(TlsOptions(), cancellation);
            return tls;
        }
        catch
        {
            if (tls is not null) await tls.DisposeAsync();
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Tries once whether a server answers that can be trusted, and keeps trying for a while where none listens yet.</summary>
    /// <exception cref="SimulatorException">It does not.</exception>
    public async Task ProbeAsync(TimeSpan patience, TimeProvider time, CancellationToken cancellation)
    {
        var begin = time.GetTimestamp();
        while (true)
        {
            try
            {
                await using var stream = await DialAsync(cancellation);
                return;
            }
            catch (AuthenticationException problem)
            {
                throw new SimulatorException(ExitCode.Untrusted, $"The server at {_host}:{_port} is not trusted: {problem.Message} Is ca.pem the one of this server, and does its certificate name '{_host}'?", problem);
            }
            catch (Exception problem) when (problem is SocketException or IOException)
            {
                if (time.GetElapsedTime(begin) >= patience)
                    throw new SimulatorException(ExitCode.NoServer, $"No server answers at {_host}:{_port} ({problem.Message}). Start it first (./run, or ward serve), or name it with --host and --port.", problem);
                await Task.Delay(TimeSpan.FromMilliseconds(250), time, cancellation);
            }
        }
    }

    private SslClientAuthenticationOptions TlsOptions()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck, // a private authority publishes no revocation list
        };
        policy.CustomTrustStore.AddRange(_authorities);
        return new SslClientAuthenticationOptions
        {
            TargetHost = _host,
            CertificateChainPolicy = policy,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
    }
}
