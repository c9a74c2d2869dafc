using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Platform;

/// <summary>What can be set about the platform: configuration section <c>Wardwatch:Platform</c>, environment <c>Wardwatch__Platform__Name</c>.</summary>
public sealed class PlatformOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Platform";

    /// <summary>The folder of this installation: keys, certificates and the private PostgreSQL.</summary>
    [Required]
    public string DataFolder { get; set; } = "data";

    /// <summary>
    /// The address on which HTTP is served: <c>localhost</c>, an IP address, or <c>*</c> for every address. Plain HTTP carries sign-ins,
    /// so that it stays on this machine unless somebody says otherwise.
    /// </summary>
    [Required]
    public string HttpAddress { get; set; } = "localhost";

    /// <summary>The HTTP port; 0 takes a free one.</summary>
    [Range(0, 65535)]
    public int HttpPort { get; set; } = 8080;

    /// <summary>The port for HTTPS, on the same address, with the server's own certificate; 0: none.</summary>
    [Range(0, 65535)]
    public int HttpsPort { get; set; }

    /// <summary>
    /// Proxies in front, whose <c>X-Forwarded-For</c>, <c>-Proto</c> and <c>-Host</c> are believed: addresses and networks (<c>10.1.0.0/16</c>), separated by commas.
    /// </summary>
    public string? KnownProxies { get; set; }

    /// <summary>The demo hospital: marked on every screen, and its logs are for reading by people.</summary>
    public bool Demo { get; set; }

    /// <summary>The folder of the built web pages; found beside the program or in the checkout when not set.</summary>
    public string? WebFolder { get; set; }

    /// <summary>The folder with <c>initdb</c> and <c>postgres</c>; found when not set.</summary>
    public string? PostgresFolder { get; set; }

    /// <summary>How long a private PostgreSQL may take to answer, crash recovery included.</summary>
    [Range(1, 3600)]
    public int PostgresStartSeconds { get; set; } = 300;

    /// <summary>A shell command that prints the master key in base64, from a secret store; null: file or environment.</summary>
    public string? MasterKeyCommand { get; set; }

    /// <summary>A file with the master key in base64, such as a mounted secret, instead of <c>master.key</c> in the data folder.</summary>
    public string? MasterKeyFile { get; set; }

    /// <summary>A file with the master key to come, in base64, while it is rotated; not needed where the key is the file of the data folder.</summary>
    public string? NewMasterKeyFile { get; set; }

    /// <summary>A PEM file with the certificate of this server, instead of one from the installation's own authority.</summary>
    public string? ServerCertificateFile { get; set; }

    /// <summary>The PEM file with the private key of <see cref="ServerCertificateFile"/>.</summary>
    public string? ServerCertificateKeyFile { get; set; }

    /// <summary>A PEM file with the authority that signed <see cref="ServerCertificateFile"/> and the devices' certificates.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>More names and addresses for the server's certificate, separated by commas.</summary>
    public string? CertificateNames { get; set; }

    /// <summary>With this bearer token <c>/metrics</c> may be read from other machines; from this machine it needs none.</summary>
    public string? MetricsToken { get; set; }

    /// <summary>With fewer megabytes free on the disk of the data folder, health is degraded and the log says so; 0: never.</summary>
    [Range(0, 1_000_000_000)]
    public long FreeDiskMegabytes { get; set; } = 2048;

    /// <summary>How long an orderly stop may take before what is left is dropped unacknowledged.</summary>
    [Range(1, 600)]
    public int StopSeconds { get; set; } = 30;
}
