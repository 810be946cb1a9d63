// What stands between the accumulators and the output buffer: per drain lane the correction of row_sum at the drain, where the variant
// has one, and the requantizer. A group of sums enters in every cycle of a drain.
// Ports   valid, sums, activation_sum: a group of DRAIN sums of one vector. corrects: row_sum works on this layer. zero_points, biases,
//         multipliers, shifts: of the group's channels, in the same cycle; they travel to their stage. zero_point, least, greatest:
//         the layer's. codes_valid, codes: the group as codes.
// Depth   4, and 1 more with AT_DRAIN, from valid to codes_valid: the codes of a bank are complete that much later than its drain.
// Twin    requantizer, models/requantizer/requantizer.h
module drain_path #(
    parameter integer DRAIN = 4,
    parameter integer W = 32,
    parameter integer A = 8,
    parameter integer ZERO = 8,
    parameter integer AT_DRAIN = 0
) (
    input  wire                  clk,
    input  wire                  reset,
    input  wire                  valid,
    input  wire                  corrects,
    input  wire [   DRAIN*W-1:0] sums,
    input  wire [         W-1:0] activation_sum,
    input  wire [DRAIN*ZERO-1:0] zero_points,
    input  wire [   DRAIN*W-1:0] biases,
    input  wire [  DRAIN*31-1:0] multipliers,
    input  wire [   DRAIN*6-1:0] shifts,
    input  wire [           A:0] zero_point,
    input  wire [           A:0] least,
    input  wire [           A:0] greatest,
    output wire                  codes_valid,
    output wire [   DRAIN*A-1:0] codes
);
  wire [4:0] stage;   // valid at the requantizer's stages, and behind them
  delay_line #(.WIDTH(1), .DEPTH(AT_DRAIN), .CLEAR(1)) corrected_valid (.clk(clk), .reset(reset), .data(valid), .delayed(stage[0]));
  assign codes_valid = stage[4];

  genvar i;
  generate
    for (i = 0; i < 4; i = i + 1) begin : stages
      delay_line #(.WIDTH(1), .CLEAR(1)) later (.clk(clk), .reset(reset), .data(stage[i]), .delayed(stage[i+1]));
    end
    for (i = 0; i < DRAIN; i = i + 1) begin : lanes
      wire [W-1:0] sum, bias;
      wire [30:0] multiplier;
      wire [5:0] shift;
      delay_line #(.WIDTH(W), .DEPTH(AT_DRAIN)) to_bias (.clk(clk), .reset(reset), .data(biases[i*W+:W]), .delayed(bias));
      delay_line #(.WIDTH(31), .DEPTH(AT_DRAIN + 1)) to_product (.clk(clk), .reset(reset), .data(multipliers[i*31+:31]), .delayed(multiplier));
      delay_line #(.WIDTH(6), .DEPTH(AT_DRAIN + 3)) to_rounding (.clk(clk), .reset(reset), .data(shifts[i*6+:6]), .delayed(shift));
      if (AT_DRAIN != 0) begin : at_drain
        correction_at_drain #(.K(ZERO), .W(W), .SUM(W)) correction (
            .clk(clk), .enable(valid), .zero_point(corrects ? zero_points[i*ZERO+:ZERO] : {ZERO{1'b0}}),
            .activation_sum(activation_sum), .accumulated(sums[i*W+:W]), .corrected(sum)
        );
      end else begin : as_it_is
        assign sum = sums[i*W+:W];
      end
      requantizer #(.W(W), .A(A)) lane (
          .clk(clk), .enable(stage[3:0]), .sum(sum), .bias(bias), .multiplier(multiplier), .shift(shift), .zero_point(zero_point),
          .least(least), .greatest(greatest), .code(codes[i*A+:A])
      );
    end
  endgenerate
endmodule
