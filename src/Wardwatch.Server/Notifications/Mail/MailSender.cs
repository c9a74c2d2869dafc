using Microsoft.Extensions.Options;
using Wardwatch.Server.Notifications.Channels;
using Wardwatch.Server.Notifications.Sending;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Notifications.Mail;

/// <summary>Writes to people: that there is something to look at, and where.</summary>
internal sealed class MailSender(MailTransport transport, IKeyring keyring, IOptions<NotificationsOptions> options, TimeProvider time) : IChannelSender
{
    /// <inheritdoc />
    public string Channel => ChannelNames.Mail;

    /// <inheritdoc />
    public async Task<SendResult> SendAsync(ClaimedAttempt attempt, CancellationToken cancellation)
    {
        var set = options.Value;
        if (attempt.Receiver is null || RuleStore.OpenMail(keyring.Tenant(attempt.TenantId), attempt.TenantId, attempt.Account, attempt.Receiver) is not { } to)
        {
            return SendResult.Withdrawn("no-address");
        }

        if (set.SmtpHost is null || !MailAddresses.IsAt(to, set.MailDomains))
        {
            return SendResult.Failed(set.SmtpHost is null ? "no-mail-server" : "domain-refused");
        }

        var line = OutsideWords.Line(attempt.Kind, attempt.Priority, attempt.Carries);
        var where = set.PublicAddress is { } address ? $"\n{address.AbsoluteUri}\n" : "";
        var text = $"There is something to look at in Wardwatch.\n\n{line}\n{where}\nThis mail says no more on purpose: what concerns patients is shown to those who have signed in.\n";
        try
        {
            await transport.SendAsync(new MailMessage(set.MailFrom!, to, line, text, attempt.Id, time.GetUtcNow()), cancellation);
            return SendResult.Sent;
        }
        catch (Exception failure) when (OutsideFaults.Of(failure) is { } result)
        {
            return result;
        }
    }
}
