module requantizer_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer W = 12 + 2 * K;
    localparam integer M = K == 4 ? 31 : 13;  // the product is most of the time that the bench takes to build
    wire [A-1:0] code;
    // Multiplier and scale arrive with their stages.
    reg [M-1:0] multiplier;
    reg [63:0] scale[0:2];
    always_ff @(posedge clk)
      if (enable) begin
        multiplier <= b[64+:M];
        scale[0] <= x[63:0];
        scale[1] <= scale[0];
        scale[2] <= scale[1];
      end
    wire is_signed = scale[2][63];
    wire [A:0] least = is_signed ? {2'b11, {A - 1{1'b0}}} : {A + 1{1'b0}};
    wire [A:0] greatest = is_signed ? {2'b00, {A - 1{1'b1}}} : {1'b0, {A{1'b1}}};
    requantizer #(.W(W), .A(A), .M(M)) unit (
        .clk(clk), .enable({4{enable}}), .sum(a[W-1:0]), .bias(b[W-1:0]), .multiplier(multiplier), .shift(scale[2][5:0]),
        .zero_point(scale[2][8+:A+1]), .least(least), .greatest(greatest), .code(code)
    );
    assign results[s*128+:128] = {64'd0, {64 - A{1'b0}}, code};
  end
endmodule
