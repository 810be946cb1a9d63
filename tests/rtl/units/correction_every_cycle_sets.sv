module correction_every_cycle_sets #(
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
    localparam integer SUM = A + $clog2(LANES) + 1;
    localparam integer PARTIAL = K + SUM;
    localparam integer OUT = PARTIAL + 1;
    wire [OUT-1:0] sum;
    correction_every_cycle #(.K(K), .A(A), .LANES(LANES)) unit (
        .clk(clk), .enable(enable), .zero_point(a[K-1:0]), .activation_sum(b[SUM-1:0]), .partial(x[PARTIAL-1:0]), .corrected(sum)
    );
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
