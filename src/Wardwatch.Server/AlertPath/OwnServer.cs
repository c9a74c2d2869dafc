using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.AlertPath;

/// <summary>How this process connects to its own ports.</summary>
internal static class OwnServer
{
    /// <summary>TLS that takes the server's own certificate, while it is valid, and no other. Which name it is for does not matter: the port is this process's.</summary>
    public static SslClientAuthenticationOptions Tls(IServerCertificates certificates)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
            VerificationFlags = X509VerificationFlags.AllowUnknownCertificateAuthority,
        };
        policy.CustomTrustStore.Add(certificates.Authority);
        policy.ExtraStore.AddRange(certificates.Chain);
        return new SslClientAuthenticationOptions
        {
            TargetHost = "localhost",
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, shown, _, errors) =>
                (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None && shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(certificates.Server.RawDataMemory.Span),
        };
    }
}
