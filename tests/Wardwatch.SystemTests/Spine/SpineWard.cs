using Wardwatch.SystemTests.Harness;
using Xunit;

namespace Wardwatch.SystemTests.Spine;

/// <summary>The tests that share one server; they run one after another, each with devices and patients of its own.</summary>
[CollectionDefinition(Name)]
public sealed class SpineCollection : ICollectionFixture<SpineWard>
{
    public const string Name = "spine";
}

/// <summary>One demo hospital for many tests.</summary>
public sealed class SpineWard : IAsyncLifetime
{
    private const int Patients = 120;
    private DemoWard? _ward;
    private string? _serviceToken;

    /// <summary>The hospital.</summary>
    public DemoWard Ward => _ward!;

    /// <summary>The access token of the demo's service account.</summary>
    public async Task<string> ServiceTokenAsync() => _serviceToken ??= await Ward.TokenOfAsync("service", TestContext.Current.CancellationToken);

    public async ValueTask InitializeAsync() => _ward = await DemoWard.StartAsync(Patients, [], TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_ward is not null)
        {
            await _ward.DisposeAsync();
        }
    }
}
