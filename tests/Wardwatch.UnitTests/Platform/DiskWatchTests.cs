using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Shouldly;
using Wardwatch.Server.Platform;
using Wardwatch.UnitTests.Monitoring;
using Xunit;

namespace Wardwatch.UnitTests.Platform;

/// <summary>A disk that is nearly full is told of before it is full.</summary>
public sealed class DiskWatchTests
{
    private const long Megabyte = 1024 * 1024;
    private const long Wanted = 2048 * Megabyte;

    [Theory]
    [InlineData(Wanted, HealthStatus.Healthy)]
    [InlineData(Wanted - 1, HealthStatus.Degraded)]
    [InlineData(0, HealthStatus.Degraded)]
    public async Task Little_room_degrades_health_and_does_not_turn_work_away(long left, HealthStatus expected) =>
        (await Watch(() => left, new()).CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status.ShouldBe(expected);

    [Fact]
    public async Task A_disk_that_does_not_answer_degrades_it_too() =>
        (await Watch(() => throw new IOException("gone"), new()).CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Status.ShouldBe(HealthStatus.Degraded);

    [Fact]
    public void The_log_says_so_once_each_way()
    {
        var (left, log) = (Wanted, new Lines());
        var watch = Watch(() => left, log);
        foreach (var next in new[] { Wanted, Wanted - 1, 1, Wanted, Wanted })
        {
            left = next;
            watch.Look();
        }

        log.Written.ShouldBe([LogLevel.Error, LogLevel.Information]);
    }

    [Fact]
    public async Task The_disk_of_the_data_folder_is_the_one_that_is_looked_at()
    {
        var watch = Watch(() => new DriveInfo(Path.GetTempPath()).AvailableFreeSpace, new());
        (await watch.CheckHealthAsync(new(), TestContext.Current.CancellationToken)).Description.ShouldNotBeNull().ShouldContain("MB left");
    }

    private static DiskWatch Watch(Func<long> left, Lines log) => new(left, Wanted, new UnreadMeters(), TimeProvider.System, log);

    private sealed class Lines : ILogger<DiskWatch>
    {
        public List<LogLevel> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Written.Add(logLevel);
    }
}
