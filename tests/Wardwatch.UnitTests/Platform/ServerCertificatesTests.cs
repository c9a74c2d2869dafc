using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Shouldly;
using Wardwatch.Server.Platform;
using Wardwatch.Server.Platform.Certificates;
using Wardwatch.Server.Platform.Contracts;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

public sealed class ServerCertificatesTests : IDisposable
{
    private readonly DataFolder _data = DataFolder.Open(Directory.CreateTempSubdirectory("wardwatch-test-").FullName);
    private readonly FixedClock _clock = new(new DateTimeOffset(2026, 11, 20, 9, 0, 0, TimeSpan.Zero));

    public void Dispose() => Directory.Delete(_data.Root, recursive: true);

    [Fact]
    public void The_server_is_trusted_by_whoever_trusts_the_authority()
    {
        using var certificates = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        IsTrusted(certificates.Server, certificates.Authority, "1.3.6.1.5.5.7.3.1").ShouldBeTrue();
        certificates.Server.HasPrivateKey.ShouldBeTrue();
        certificates.Authority.HasPrivateKey.ShouldBeFalse();
        foreach (var name in new[] { "localhost", "127.0.0.1", "::1" })
        {
            certificates.Server.MatchesHostname(name).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void A_certificate_is_renewed_while_the_server_runs_and_shown_from_then_on()
    {
        using var certificates = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        var (before, renewals) = (certificates.Server.Thumbprint, 0);
        certificates.Renewed += () => renewals++;
        certificates.Renew().ShouldBeFalse();
        _clock.Now += TimeSpan.FromDays(397 - 59);
        certificates.Renew().ShouldBeTrue();
        renewals.ShouldBe(1);
        certificates.Server.Thumbprint.ShouldNotBe(before);
        certificates.Context.TargetCertificate.Thumbprint.ShouldBe(certificates.Server.Thumbprint);
        IsTrusted(certificates.Server, certificates.Authority, "1.3.6.1.5.5.7.3.1").ShouldBeTrue();
        certificates.Renew().ShouldBeFalse();
    }

    [Fact]
    public void A_device_certificate_names_the_device_and_cannot_pose_as_the_server()
    {
        using var certificates = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        using var device = certificates.IssueForDevice("M-103", TimeSpan.FromDays(30));
        device.GetNameInfo(X509NameType.SimpleName, forIssuer: false).ShouldBe("M-103");
        IsTrusted(device, certificates.Authority, "1.3.6.1.5.5.7.3.2").ShouldBeTrue();
        IsTrusted(device, certificates.Authority, "1.3.6.1.5.5.7.3.1").ShouldBeFalse();
        device.MatchesHostname("localhost").ShouldBeFalse();
    }

    [Fact]
    public void The_next_start_finds_the_same_certificates()
    {
        using var first = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        using var second = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        second.Server.Thumbprint.ShouldBe(first.Server.Thumbprint);
        second.Authority.Thumbprint.ShouldBe(first.Authority.Thumbprint);
    }

    [Fact]
    public void Near_its_end_the_server_certificate_is_renewed_under_the_same_authority()
    {
        using var first = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        _clock.Now += TimeSpan.FromDays(340);
        using var second = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        second.Server.Thumbprint.ShouldNotBe(first.Server.Thumbprint);
        second.Authority.Thumbprint.ShouldBe(first.Authority.Thumbprint);
    }

    [Fact]
    public async Task Health_speaks_up_three_weeks_before_the_certificate_ends()
    {
        using var certificates = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        var check = new CertificateHealthCheck(certificates, _clock);
        var end = new DateTimeOffset(certificates.Server.NotAfter.ToUniversalTime());
        foreach (var (before, status) in new[] { (22, HealthStatus.Healthy), (20, HealthStatus.Degraded), (0, HealthStatus.Unhealthy) })
        {
            _clock.Now = end - TimeSpan.FromDays(before);
            (await check.CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status.ShouldBe(status, $"{before} days before");
        }
    }

    [Fact]
    public void A_new_name_renews_the_server_certificate()
    {
        using (ServerCertificates.Open(_data, new PlatformOptions(), _clock))
        {
        }

        using var second = ServerCertificates.Open(_data, new PlatformOptions { CertificateNames = "monitor.hospital.example, 10.1.2.3" }, _clock);
        second.Server.MatchesHostname("monitor.hospital.example").ShouldBeTrue();
        second.Server.MatchesHostname("10.1.2.3").ShouldBeTrue();
    }

    [Fact]
    public void A_renewal_interrupted_between_its_two_files_is_made_again()
    {
        using (ServerCertificates.Open(_data, new PlatformOptions(), _clock))
        {
        }

        File.Copy(_data.AuthorityKey, _data.ServerKey, overwrite: true);
        using var second = ServerCertificates.Open(_data, new PlatformOptions(), _clock);
        IsTrusted(second.Server, second.Authority, "1.3.6.1.5.5.7.3.1").ShouldBeTrue();
    }

    [Fact]
    public void Given_files_are_used_and_cannot_issue()
    {
        using (ServerCertificates.Open(_data, new PlatformOptions(), _clock))
        {
        }

        var options = new PlatformOptions { ServerCertificateFile = _data.ServerCertificate, ServerCertificateKeyFile = _data.ServerKey, AuthorityFile = _data.AuthorityCertificate };
        using var given = ServerCertificates.Open(_data, options, _clock);
        given.Server.HasPrivateKey.ShouldBeTrue();
        given.Chain.Count.ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => given.IssueForDevice("M-1", TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_damaged_authority_stops_the_start_with_a_remedy()
    {
        File.WriteAllText(_data.AuthorityCertificate, "no certificate");
        Should.Throw<StartupException>(() => ServerCertificates.Open(_data, new PlatformOptions(), _clock)).Remedy.ShouldContain("backup");
    }

    private bool IsTrusted(X509Certificate2 certificate, X509Certificate2 authority, string usage)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new System.Security.Cryptography.Oid(usage));
        chain.ChainPolicy.VerificationTime = _clock.Now.UtcDateTime;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        return chain.Build(certificate);
    }
}
