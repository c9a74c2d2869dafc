using System.Security.Cryptography;

namespace Wardwatch.Server.Platform.Certificates;

/// <summary>Renews the certificate while the server runs, so that nobody has to start it again for that.</summary>
internal sealed partial class CertificateRenewal(ServerCertificates certificates, TimeProvider time, ILogger<CertificateRenewal> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(5);

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (certificates.Renew())
                {
                    LogRenewed(log, certificates.Server.NotAfter.ToUniversalTime());
                }
            }
            catch (Exception error) when (error is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
            {
                // One of two files may not be there yet; what is shown is still good.
                LogNotRenewed(log, error.Message);
            }
        }
    }

    [LoggerMessage(1050, LogLevel.Information, "The server's certificate was renewed; it is good until {Until:yyyy-MM-dd}")]
    private static partial void LogRenewed(ILogger log, DateTime until);

    [LoggerMessage(1051, LogLevel.Warning, "The server's certificate could not be renewed, and is tried again: {Reason}")]
    private static partial void LogNotRenewed(ILogger log, string reason);
}
