using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Wardwatch.Server.Platform.Certificates;

/// <summary>A small certificate authority (X.509, RFC 5280; ECDSA on P-256 with SHA-256) that signs one server and its devices.</summary>
internal static class CertificateAuthority
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    // A peer's clock may be a little behind.
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromHours(1);

    /// <summary>Makes an authority.</summary>
    public static X509Certificate2 CreateAuthority(DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // Two installations' authorities must not be taken for one another: the name carries a part of the key.
        var mark = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()))[..8];
        var request = new CertificateRequest($"CN=Wardwatch authority {mark}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request.CreateSelfSigned(now - ClockTolerance, now + validity);
    }

    /// <summary>Signs a new server certificate for the given names and addresses.</summary>
    public static X509Certificate2 IssueForServer(X509Certificate2 authority, IEnumerable<string> names, DateTimeOffset now, TimeSpan validity)
    {
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        return Issue(authority, "Wardwatch server", ServerAuthentication, alternatives, now, validity);
    }

    /// <summary>Signs a new client certificate for a device.</summary>
    public static X509Certificate2 IssueForDevice(X509Certificate2 authority, string deviceId, DateTimeOffset now, TimeSpan validity) =>
        Issue(authority, deviceId, ClientAuthentication, alternatives: null, now, validity);

    private static X509Certificate2 Issue(X509Certificate2 authority, string commonName, string usage, SubjectAlternativeNameBuilder? alternatives, DateTimeOffset now, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(commonName);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, includeKeyIdentifier: true, includeIssuerAndSerial: false));
        if (alternatives is not null)
        {
            request.CertificateExtensions.Add(alternatives.Build());
        }

        var from = Later(now - ClockTolerance, new DateTimeOffset(authority.NotBefore));
        var until = Earlier(now + validity, new DateTimeOffset(authority.NotAfter));
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = (byte)((serial[0] & 0x7F) | 0x40);
        using var certificate = request.Create(authority, from, until, serial);
        return certificate.CopyWithPrivateKey(key);
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
