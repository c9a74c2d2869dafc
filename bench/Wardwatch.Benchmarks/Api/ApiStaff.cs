using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Wardwatch.Benchmarks.Stage;

namespace Wardwatch.Benchmarks.Api;

/// <summary>Somebody of the staff at a computer of their own: a browser's connection over HTTPS, signed in.</summary>
internal sealed record StaffMember(string Role, HttpClient Client);

/// <summary>
/// The people who ask, each with an account, a session and a connection of their own, so that limits of accounts stand as they are. Their administrator makes the
/// accounts as any hospital's does.
/// </summary>
internal sealed class ApiStaff : IDisposable
{
    private static readonly (string Role, int Count)[] Wanted = [("nurse", 30), ("physician", 12), ("charge-nurse", 6), ("administrator", 12)];

    private readonly List<StaffMember> _members = [];

    /// <summary>How many there are.</summary>
    public int Count => _members.Count;

    /// <summary>Those of some roles.</summary>
    public StaffMember[] Of(params ReadOnlySpan<string> roles)
    {
        var wanted = roles.ToArray();
        return [.. _members.Where(member => wanted.Contains(member.Role))];
    }

    /// <summary>Makes the accounts and signs them in.</summary>
    /// <param name="hospital">The hospital, which listens on HTTPS.</param>
    /// <param name="administrator">Who may make accounts.</param>
    /// <param name="wards">The wards that nurses and physicians see.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="BenchmarkException">The server refuses one.</exception>
    public static async Task<ApiStaff> HireAsync(HospitalUnderTest hospital, HttpClient administrator, IReadOnlyList<string> wards, CancellationToken cancellation)
    {
        var staff = new ApiStaff();
        try
        {
            foreach (var (role, count) in Wanted)
            {
                for (var i = 1; i <= count; i++)
                {
                    var user = $"{role}.{i}";
                    var person = new { user, name = $"Person {user}", role, wards = role == "administrator" ? [] : wards };
                    var password = await PostAsync(administrator, "/api/people", person, "password", cancellation);
                    var client = NewClient(hospital);
                    staff._members.Add(new(role, client));
                    var token = await PostAsync(client, "/api/auth/login", new { user, password }, "access_token", cancellation);
                    client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
                }
            }

            return staff;
        }
        catch
        {
            staff.Dispose();
            throw;
        }
    }

    public void Dispose() => _members.ForEach(member => member.Client.Dispose());

    // As a browser: HTTP/2 over TLS, kept open, and nobody believed but the hospital's own authority.
    private static HttpClient NewClient(HospitalUnderTest hospital)
    {
        var trust = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        trust.CustomTrustStore.AddRange(hospital.Authorities());
        var handler = new SocketsHttpHandler { UseCookies = false, SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = trust } };
        return new HttpClient(handler) { BaseAddress = hospital.HttpsAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
    }

    private static async Task<string> PostAsync(HttpClient client, string path, object body, string wanted, CancellationToken cancellation)
    {
        using var answer = await client.PostAsJsonAsync(path, body, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        if (!answer.IsSuccessStatusCode) throw new BenchmarkException($"The server answers {(int)answer.StatusCode} to {path}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.GetProperty(wanted).GetString()!;
    }
}
