using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Wardwatch.Server.Platform.Contracts;

/// <summary>The certificate that the server shows to devices, and the authority that signed it and the devices' own.</summary>
public interface IServerCertificates
{
    /// <summary>The server's certificate with its private key.</summary>
    X509Certificate2 Server { get; }

    /// <summary>The certificate with its chain, ready for TLS; another one after a renewal.</summary>
    SslStreamCertificateContext Context { get; }

    /// <summary>Raised when <see cref="Server"/> and <see cref="Context"/> are others: connections that begin from now on show them.</summary>
    event Action? Renewed;

    /// <summary>What lies between <see cref="Server"/> and its authority; empty for the installation's own authority.</summary>
    X509Certificate2Collection Chain { get; }

    /// <summary>The authority, without its private key: clients are checked against it.</summary>
    X509Certificate2 Authority { get; }

    /// <summary>Makes a certificate with which a device can prove who it is: subject <c>CN=device id</c>, for client authentication only, with its private key.</summary>
    /// <param name="deviceId">The device's id.</param>
    /// <param name="validity">From now; at most to the authority's own end.</param>
    /// <exception cref="InvalidOperationException">The authority is not the installation's own, so that its private key is not here.</exception>
    X509Certificate2 IssueForDevice(string deviceId, TimeSpan validity);
}
