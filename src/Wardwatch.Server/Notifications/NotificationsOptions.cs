using System.ComponentModel.DataAnnotations;
using Wardwatch.Server.Notifications.Mail;
using Wardwatch.Server.Notifications.Outside;

namespace Wardwatch.Server.Notifications;

/// <summary>How a connection to the mail server is protected.</summary>
public enum SmtpSecurity
{
    /// <summary>In clear: a server on this machine, or in a network that nobody else reads.</summary>
    None,

    /// <summary>In clear at first, then TLS; if the server does not offer it, nothing is sent.</summary>
    StartTls,

    /// <summary>TLS from the first byte.</summary>
    Tls,
}

/// <summary>What can be set about notifications: configuration section <c>Wardwatch:Notifications</c>, environment <c>Wardwatch__Notifications__Name</c>.</summary>
public sealed class NotificationsOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Wardwatch:Notifications";

    /// <summary>Where staff open the application, as it stands in mails: <c>https://ward.example/</c>. Null: mails name no address.</summary>
    public Uri? PublicAddress { get; set; }

    /// <summary>The mail server; null: no mail is sent.</summary>
    [RegularExpression(@"^[A-Za-z0-9.:\[\]_-]{1,253}$")]
    public string? SmtpHost { get; set; }

    /// <summary>Its port.</summary>
    [Range(1, 65_535)]
    public int SmtpPort { get; set; } = 587;

    /// <summary>How the connection to it is protected.</summary>
    [EnumDataType(typeof(SmtpSecurity))]
    public SmtpSecurity SmtpSecurity { get; set; } = SmtpSecurity.StartTls;

    /// <summary>The user name; null: none. Asked for over TLS only.</summary>
    public string? SmtpUser { get; set; }

    /// <summary>The password; better in <see cref="SmtpPasswordFile"/>.</summary>
    public string? SmtpPassword { get; set; }

    /// <summary>A file with the password, so that it stands in no configuration; null: none.</summary>
    public string? SmtpPasswordFile { get; set; }

    /// <summary>A PEM file with the authority that signed the mail server's certificate; null: those that the operating system trusts.</summary>
    public string? SmtpAuthorityFile { get; set; }

    /// <summary>From whom mails come; needed where there is a mail server.</summary>
    public string? MailFrom { get; set; }

    /// <summary>Domains at which staff may be written to, separated by commas; null: any.</summary>
    public string? MailDomains { get; set; }

    /// <summary>Whom push services may write to about this installation: <c>mailto:it@ward.example</c> or an https address. Null: <see cref="PublicAddress"/> if that is https.</summary>
    [RegularExpression("^(mailto:|https://)[!-~]{1,250}$")]
    public string? PushContact { get; set; }

    /// <summary>Push services to which may be sent, separated by commas, those below them included; null: any with a public address.</summary>
    public string? PushServices { get; set; }

    /// <summary>Address ranges in the house that webhooks and push services may have all the same, separated by commas: <c>10.1.0.0/16</c>. Only there may a webhook be plain http.</summary>
    public string? AllowedNetworks { get; set; }

    /// <summary>Attempts to one receiver at once.</summary>
    [Range(2, 256)]
    public int Parallel { get; set; } = 16;

    /// <summary>Mails at once: a connection each.</summary>
    [Range(2, 64)]
    public int MailParallel { get; set; } = 4;

    /// <summary>Attempts at once of one process, over all receivers.</summary>
    [Range(8, 4096)]
    public int MostParallel { get; set; } = 256;

    /// <summary>How long a webhook or a push service may take, in seconds.</summary>
    [Range(0.1, 60)]
    public double AnswerSeconds { get; set; } = 5;

    /// <summary>How long a mail may take, in seconds.</summary>
    [Range(0.1, 120)]
    public double MailSeconds { get; set; } = 20;

    /// <summary>How often one is tried before it is given up.</summary>
    [Range(1, 100)]
    public int Attempts { get; set; } = 10;

    /// <summary>The pause after the first failure, in seconds; it doubles with each further one, and is drawn from half to one and a half of that.</summary>
    [Range(0.05, 600)]
    public double RetrySeconds { get; set; } = 1;

    /// <summary>The longest such pause, in seconds.</summary>
    [Range(0.05, 86_400)]
    public double MaxRetrySeconds { get; set; } = 300;

    /// <summary>For how long a receiver rests when most attempts to it fail, before one is tried, in seconds.</summary>
    [Range(0.5, 3600)]
    public double BreakSeconds { get; set; } = 5;

    /// <summary>After how long without a word an attempt is made again by somebody else, in seconds: whoever had it died. Longer than any attempt takes.</summary>
    [Range(5, 3600)]
    public double LeaseSeconds { get; set; } = 60;

    /// <summary>How often is looked for what is due and nobody told of, in seconds.</summary>
    [Range(0.05, 60)]
    public double PollSeconds { get; set; } = 1;

    /// <summary>Low priority goes out in one message each so many seconds, by the clock.</summary>
    [Range(1, 86_400)]
    public int DigestSeconds { get; set; } = 3600;

    /// <summary>How long one may wait before the server says so in its health, in seconds.</summary>
    [Range(1, 86_400)]
    public double LagSeconds { get; set; } = 30;

    /// <summary>For how many days notifications are kept. 0 keeps all.</summary>
    [Range(0, 36_500)]
    public int RetentionDays { get; set; } = 90;

    /// <summary>The longest that an attempt may take.</summary>
    internal TimeSpan TimeOf(string channel) => TimeSpan.FromSeconds(channel == Channels.ChannelNames.Mail ? MailSeconds : AnswerSeconds);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PublicAddress is not null && (!PublicAddress.IsAbsoluteUri || PublicAddress.Scheme is not ("https" or "http") || PublicAddress.UserInfo.Length > 0))
        {
            yield return new("PublicAddress must be https://host/.", [nameof(PublicAddress)]);
        }

        if (SmtpHost is not null && !MailAddresses.IsAddress(MailFrom))
        {
            yield return new("MailFrom must be an address such as wardwatch@ward.example where there is an SmtpHost.", [nameof(MailFrom)]);
        }

        if (SmtpUser is not null && SmtpSecurity == SmtpSecurity.None)
        {
            yield return new("A password is not sent in clear: with SmtpUser, SmtpSecurity must be StartTls or Tls.", [nameof(SmtpUser)]);
        }

        if (AddressGuard.Parse(AllowedNetworks) is null)
        {
            yield return new("AllowedNetworks must be networks such as 10.1.0.0/16, separated by commas.", [nameof(AllowedNetworks)]);
        }

        if (Math.Max(AnswerSeconds, MailSeconds) * 2 > LeaseSeconds)
        {
            yield return new("LeaseSeconds must be at least twice what an attempt may take (AnswerSeconds, MailSeconds).", [nameof(LeaseSeconds)]);
        }
    }
}
