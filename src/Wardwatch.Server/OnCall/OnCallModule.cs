using Wardwatch.Server.OnCall.Changes;
using Wardwatch.Server.OnCall.Contracts;
using Wardwatch.Server.OnCall.Feeds;
using Wardwatch.Server.OnCall.People;
using Wardwatch.Server.OnCall.Schedules;

namespace Wardwatch.Server.OnCall;

/// <summary>Who is on duty: schedules, rotations, overrides.</summary>
public static class OnCallModule
{
    /// <summary>Adds what every process needs.</summary>
    public static void AddOnCall(IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<DutyReader>();
        services.AddSingleton<IOnCall>(provider => provider.GetRequiredService<DutyReader>());
        services.AddSingleton<ScheduleRegistry>();
        services.AddSingleton<SchedulePreview>();
        services.AddSingleton<ChangeList>();
        services.AddSingleton<ChangeRegistry>();
        services.AddSingleton<DutyStaff>();
        services.AddSingleton<FeedStore>();
        services.AddHostedService<ZoneCheck>();
    }

    /// <summary>Maps <c>/api/oncall</c>.</summary>
    public static void MapOnCall(IEndpointRouteBuilder routes)
    {
        NowEndpoint.Map(routes);
        ScheduleEndpoints.Map(routes);
        ChangeEndpoints.Map(routes);
        DutyStaffEndpoints.Map(routes);
        FeedEndpoints.Map(routes);
    }
}
