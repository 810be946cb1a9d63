module accumulator_sets #(
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
    localparam integer OUT = 16 + K;
    localparam integer IN = K + A + 4;
    wire [OUT-1:0] sum;
    accumulator #(.W(OUT), .DEPTH(8), .IN(IN), .SHIFT(14)) unit (
        .clk(clk), .rst(1'b0), .enable(x[12] & enable), .first(x[0]), .bank(x[1]), .address(x[4:2]), .shift(x[11:8]),
        .addend(a[IN-1:0]), .drain_bank(x[1] ^ ~x[20]), .drain_address(x[20] ? x[4:2] : x[18:16]), .drained(sum)
    );
    assign results[s*128+:128] = {64'd0, {64 - OUT{sum[OUT-1]}}, sum};
  end
endmodule
