using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Platform.Certificates;

/// <summary>Certificates from the installation's folder, made and renewed at the start, or from files of the hospital's own.</summary>
internal sealed class ServerCertificates : IServerCertificates, IDisposable
{
    private static readonly TimeSpan AuthorityValidity = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ServerValidity = TimeSpan.FromDays(397);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(60);

    private readonly X509Certificate2? _signing;
    private readonly DataFolder _data;
    private readonly PlatformOptions _options;
    private readonly TimeProvider _time;
    private volatile Shown _shown;

    private ServerCertificates(Shown shown, X509Certificate2 authority, X509Certificate2? signing, DataFolder data, PlatformOptions options, TimeProvider time)
    {
        _shown = shown;
        Authority = authority;
        _signing = signing;
        (_data, _options, _time) = (data, options, time);
    }

    /// <inheritdoc />
    public event Action? Renewed;

    /// <inheritdoc />
    public X509Certificate2 Server => _shown.Server;

    /// <inheritdoc />
    public SslStreamCertificateContext Context => _shown.Context;

    /// <inheritdoc />
    public X509Certificate2Collection Chain => _shown.Chain;

    /// <inheritdoc />
    public X509Certificate2 Authority { get; }

    /// <summary>Loads what there is and makes what is missing, too old, or for other names.</summary>
    /// <exception cref="StartupException">A file is missing or is not what it should be.</exception>
    public static ServerCertificates Open(DataFolder data, PlatformOptions options, TimeProvider time)
    {
        try
        {
            return options.ServerCertificateFile is null ? OpenOwn(data, options, time) : OpenGiven(data, options, time);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw new StartupException(
                $"The certificates cannot be used: {error.Message}",
                options.ServerCertificateFile is null
                    ? $"Restore ca.pem, ca.key, server.pem and server.key in {data.Root} from a backup; removing all four makes new ones, which every device must then be given."
                    : "Check the files of Wardwatch:Platform:ServerCertificateFile, ServerCertificateKeyFile and AuthorityFile.",
                error);
        }
    }

    /// <inheritdoc />
    public X509Certificate2 IssueForDevice(string deviceId, TimeSpan validity) =>
        CertificateAuthority.IssueForDevice(
            _signing ?? throw new InvalidOperationException("The authority is not this installation's own: ask it for the device's certificate."),
            deviceId, _time.GetUtcNow(), validity);

    /// <summary>
    /// Renews the own certificate when it is due, and takes over a given one whose file was replaced. Answers whether another is shown now. Connections that are
    /// open keep the one they began with.
    /// </summary>
    public bool Renew()
    {
        if (_options.ServerCertificateFile is not null)
        {
            if (File.GetLastWriteTimeUtc(_options.ServerCertificateFile) <= _shown.ReadAt && File.GetLastWriteTimeUtc(_options.ServerCertificateKeyFile!) <= _shown.ReadAt)
            {
                return false;
            }

            _shown = ReadGiven(_options);
        }
        else
        {
            var names = Names(_options).ToList();
            if (IsGoodFor(_data, names, _signing!, _time.GetUtcNow()))
            {
                return false;
            }

            _shown = MakeOwn(_data, names, _signing!, _time.GetUtcNow());
        }

        Renewed?.Invoke();
        return true;
    }

    /// <inheritdoc />
    public void Dispose()
    {
        Server.Dispose();
        Authority.Dispose();
        _signing?.Dispose();
        foreach (var link in Chain)
        {
            link.Dispose();
        }
    }

    private static ServerCertificates OpenGiven(DataFolder data, PlatformOptions options, TimeProvider time)
    {
        if (options.ServerCertificateKeyFile is null || options.AuthorityFile is null)
        {
            throw new StartupException("A server certificate is given without its key or its authority.", "Set Wardwatch:Platform:ServerCertificateKeyFile and Wardwatch:Platform:AuthorityFile as well.");
        }

        return new ServerCertificates(ReadGiven(options), X509CertificateLoader.LoadCertificateFromFile(options.AuthorityFile), signing: null, data, options, time);
    }

    private static Shown ReadGiven(PlatformOptions options)
    {
        var readAt = new[] { options.ServerCertificateFile!, options.ServerCertificateKeyFile! }.Max(File.GetLastWriteTimeUtc);
        var server = X509Certificate2.CreateFromPemFile(options.ServerCertificateFile!, options.ServerCertificateKeyFile);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(options.ServerCertificateFile!);
        chain.RemoveAt(0);
        return new(server, chain, readAt);
    }

    private static ServerCertificates OpenOwn(DataFolder data, PlatformOptions options, TimeProvider time)
    {
        var now = time.GetUtcNow();
        if (!File.Exists(data.AuthorityCertificate) && !File.Exists(data.ServerCertificate))
        {
            using var made = CertificateAuthority.CreateAuthority(now, AuthorityValidity);
            Save(made, data.AuthorityCertificate, data.AuthorityKey);
        }

        var signing = X509Certificate2.CreateFromPemFile(data.AuthorityCertificate, data.AuthorityKey);
        var names = Names(options).ToList();
        var shown = IsGoodFor(data, names, signing, now) ? ReadOwn(data) : MakeOwn(data, names, signing, now);
        return new ServerCertificates(shown, X509CertificateLoader.LoadCertificateFromFile(data.AuthorityCertificate), signing, data, options, time);
    }

    private static Shown MakeOwn(DataFolder data, List<string> names, X509Certificate2 signing, DateTimeOffset now)
    {
        using var made = CertificateAuthority.IssueForServer(signing, names, now, ServerValidity);
        Save(made, data.ServerCertificate, data.ServerKey);
        return ReadOwn(data);
    }

    private static Shown ReadOwn(DataFolder data) => new(X509Certificate2.CreateFromPemFile(data.ServerCertificate, data.ServerKey), [], DateTime.MinValue);

    private static IEnumerable<string> Names(PlatformOptions options) =>
        new[] { "localhost", Dns.GetHostName().ToLowerInvariant(), "127.0.0.1", "::1" }
            .Concat((options.CertificateNames ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Distinct(StringComparer.OrdinalIgnoreCase);

    private static bool IsGoodFor(DataFolder data, List<string> names, X509Certificate2 authority, DateTimeOffset now)
    {
        if (!File.Exists(data.ServerCertificate) || !File.Exists(data.ServerKey))
        {
            return false;
        }

        try
        {
            using var server = X509Certificate2.CreateFromPemFile(data.ServerCertificate, data.ServerKey);
            return server.Issuer == authority.Subject
                && server.NotAfter.ToUniversalTime() - now.UtcDateTime > RenewBefore
                && names.TrueForAll(name => server.MatchesHostname(name, allowWildcards: false, allowCommonName: false));
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            // A renewal was interrupted between its two files.
            return false;
        }
    }

    // The key first: a certificate without its key would not be made anew.
    private static void Save(X509Certificate2 certificate, string certificatePath, string keyPath)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        PrivateFile.Write(keyPath, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"));
        PrivateFile.Write(certificatePath, Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"));
        PrivateFile.MakeReadable(certificatePath);
    }

    /// <summary>What is shown to whoever connects. One that was replaced is left to those who are still shaking hands with it.</summary>
    private sealed record Shown(X509Certificate2 Server, X509Certificate2Collection Chain, DateTime ReadAt)
    {
        public SslStreamCertificateContext Context { get; } = SslStreamCertificateContext.Create(Server, Chain, offline: true);
    }
}
