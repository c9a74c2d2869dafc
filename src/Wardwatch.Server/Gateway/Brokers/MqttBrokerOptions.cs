using System.ComponentModel.DataAnnotations;

namespace Wardwatch.Server.Gateway.Brokers;

/// <summary>An MQTT broker to which devices publish instead, and to which Wardwatch subscribes.</summary>
public sealed class MqttBrokerOptions : IValidatableObject
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "Wardwatch:MqttBroker";

    /// <summary>Where it is: <c>mqtts://host:8883</c>, or <c>mqtt://host:1883</c> without TLS. Null: there is none.</summary>
    public Uri? Url { get; set; }

    /// <summary>What to subscribe to.</summary>
    [Required]
    [StringLength(1024, MinimumLength = 1)]
    public string Filter { get; set; } = "hospital/#";

    /// <summary>
    /// The name of a shared subscription (<c>$share/NAME/…</c>), among whose members the broker divides the messages; null: a subscription of one's own. Where messages of
    /// one device go to several members they may arrive out of order, and are then marked as late.
    /// </summary>
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string? SharedGroup { get; set; }

    /// <summary>The client id: under it the broker keeps what comes while nobody is there. Each process needs its own.</summary>
    [Required]
    [RegularExpression("^[A-Za-z0-9._-]{1,64}$")]
    public string ClientId { get; set; } = "wardwatch";

    /// <summary>The user name; null: none.</summary>
    public string? User { get; set; }

    /// <summary>A file with the password, so that it stands in no configuration; null: none.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>A PEM file with the authority that signed the broker's certificate; null: those that the operating system trusts.</summary>
    public string? AuthorityFile { get; set; }

    /// <summary>A PEM file with a certificate to show to the broker; null: none.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The PEM file with the private key of <see cref="CertificateFile"/>.</summary>
    public string? CertificateKeyFile { get; set; }

    /// <summary>The version of MQTT: 5 or 4 (3.1.1).</summary>
    [AllowedValues(4, 5)]
    public int Protocol { get; set; } = 5;

    /// <summary>The keep alive in seconds.</summary>
    [Range(5, 3600)]
    public int KeepAliveSeconds { get; set; } = 30;

    /// <summary>The most messages that the broker may send before the first is acknowledged.</summary>
    [Range(1, 65_535)]
    public int MaxInFlight { get; set; } = 1000;

    /// <summary>How long the broker keeps messages while nobody is there, in seconds (5 only; 3.1.1 brokers have a setting of their own).</summary>
    [Range(0, uint.MaxValue)]
    public uint SessionSeconds { get; set; } = 7 * 86_400;

    /// <summary>The longest wait between two attempts to connect, in seconds.</summary>
    [Range(1, 600)]
    public double MaxRetrySeconds { get; set; } = 15;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Url is not null && (!Url.IsAbsoluteUri || Url.Scheme is not ("mqtt" or "mqtts") || Url.UserInfo.Length > 0))
        {
            yield return new("Url must be mqtts://host:port or mqtt://host:port, without user name and password.", [nameof(Url)]);
        }

        if ((CertificateFile is null) != (CertificateKeyFile is null))
        {
            yield return new("CertificateFile and CertificateKeyFile belong together.", [nameof(CertificateFile)]);
        }
    }
}
