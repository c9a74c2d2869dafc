using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.Extensions.Options;

namespace Wardwatch.Server.Notifications.Mail;

/// <summary>
/// Hands mails to the hospital's mail server, a connection each. .NET's own client neither speaks TLS from the first byte nor takes an authority of the hospital's, and does
/// not say whether a refusal is for good.
/// </summary>
internal sealed class MailTransport
{
    private readonly NotificationsOptions _options;
    private readonly X509Certificate2Collection? _authorities;

    public MailTransport(IOptions<NotificationsOptions> options)
    {
        _options = options.Value;
        if (_options.SmtpAuthorityFile is { } file)
        {
            _authorities = [];
            _authorities.ImportFromPemFile(file);
        }
    }

    /// <summary>Sends one; when this ends the server has taken responsibility for it.</summary>
    /// <exception cref="SmtpException">The server refused.</exception>
    /// <exception cref="SocketException">There is no connection.</exception>
    /// <exception cref="AuthenticationException">TLS did not come about.</exception>
    public async Task SendAsync(MailMessage mail, CancellationToken cancellation)
    {
        var text = mail.Write();
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(_options.SmtpHost!, _options.SmtpPort, cancellation);
        var plain = client.GetStream();
        await using var secured = _options.SmtpSecurity switch
        {
            SmtpSecurity.Tls => await SecureAsync(plain, cancellation),
            SmtpSecurity.StartTls => await StartTlsAsync(plain, cancellation),
            _ => null,
        };
        var server = new SmtpConversation(secured ?? (Stream)plain);

        // After STARTTLS the server has greeted already.
        if (_options.SmtpSecurity != SmtpSecurity.StartTls)
        {
            await server.ReadAsync(2, cancellation);
        }

        await server.SayAsync(Hello(), 2, cancellation);
        if (_options.SmtpUser is { } user)
        {
            await server.SayAsync($"AUTH PLAIN {Convert.ToBase64String(Encoding.UTF8.GetBytes($"\0{user}\0{await PasswordAsync(cancellation)}"))}", 2, cancellation);
        }

        await server.SayAsync($"MAIL FROM:<{mail.From}>", 2, cancellation);
        await server.SayAsync($"RCPT TO:<{mail.To}>", 2, cancellation);
        await server.SayAsync("DATA", 3, cancellation);
        await server.SendAsync(text, cancellation);
        await server.SayAsync(".", 2, cancellation);
        try
        {
            await server.SayAsync("QUIT", 2, cancellation);
        }
        catch (Exception late) when (late is IOException or OperationCanceledException)
        {
            // It has the mail: how it says good-bye is no matter.
        }
    }

    private async Task<SslStream> StartTlsAsync(NetworkStream plain, CancellationToken cancellation)
    {
        var server = new SmtpConversation(plain);
        await server.ReadAsync(2, cancellation);
        await server.SayAsync(Hello(), 2, cancellation);
        await server.SayAsync("STARTTLS", 2, cancellation);
        return server.HasUnread ? throw new SmtpException(0) : await SecureAsync(plain, cancellation);
    }

    private async Task<SslStream> SecureAsync(NetworkStream plain, CancellationToken cancellation)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = _options.SmtpHost, EnabledSslProtocols = SslProtocols.None };
        if (_authorities is not null)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(_authorities);
        }

        var secured = new SslStream(plain);
        try
        {
            await secured.AuthenticateAsClientAsync(options, cancellation);
            return secured;
        }
        catch
        {
            await secured.DisposeAsync();
            throw;
        }
    }

    // By the domain of the sender: the machine's own name is nobody's business.
    private string Hello() => $"EHLO {_options.MailFrom![(_options.MailFrom!.LastIndexOf('@') + 1)..]}";

    private async Task<string?> PasswordAsync(CancellationToken cancellation) =>
        _options.SmtpPasswordFile is { } file ? (await File.ReadAllTextAsync(file, cancellation)).TrimEnd('\r', '\n') : _options.SmtpPassword;
}
