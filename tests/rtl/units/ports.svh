    // Ports of every test bench; what the fields mean is the unit's.
    input  wire                               clk,
    input  wire                               enable,
    input  wire [                      575:0] a,
    input  wire [                      575:0] b,
    input  wire [                      127:0] x,
    output wire [(EXTENDED ? 64 : 6)*128-1:0] results,
    output wire [ (EXTENDED ? 64 : 6)*32-1:0] shapes
