using Wardwatch.Server.Devices.Contracts;
using Wardwatch.Server.Patients.Contracts;
using Wardwatch.Server.Platform.Contracts;

namespace Wardwatch.Server.Devices;

/// <summary>What watches: devices, their keys, and who wears them.</summary>
public static class DevicesModule
{
    /// <summary>Adds the directory; the patients' module, which opens the hospitals' keys, must have been added before.</summary>
    public static void AddDevices(IHostApplicationBuilder builder)
    {
        DirectoryChanges.AddTo(builder.Services);
        builder.Services.AddSingleton<DeviceRegistry>();
        builder.Services.AddSingleton<ICanaryDevices>(services => services.GetRequiredService<DeviceRegistry>());
        builder.Services.AddSingleton<DeviceDirectory>();
        builder.Services.AddSingleton<IDeviceDirectory>(services => services.GetRequiredService<DeviceDirectory>());
        builder.Services.AddHostedService(services => services.GetRequiredService<DeviceDirectory>());
        builder.Services.AddSingleton<IMoveParticipant, WornDevices>();
    }

    /// <summary>Maps <c>/api/devices</c> and <c>/api/patients/{id}/device</c>.</summary>
    public static void MapDevices(IEndpointRouteBuilder routes) => DeviceEndpoints.Map(routes);
}
